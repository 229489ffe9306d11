package dev.hostler.controller.job;

import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.trust.bundle.InvalidBundleException;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.bundle.Parameters;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns what was asked for into what is done: finds actions and checks their parameters. */
final class Actions {
  private final BundleService bundles;

  Actions(BundleService bundles) {
    this.bundles = bundles;
  }

  /**
   * Resolved work.
   *
   * @param work what is done
   * @param ownTimeout the action's own limit; null for a command
   */
  record Resolved(Work work, @Nullable Duration ownTimeout) {}

  /**
   * Resolves.
   *
   * @throws RequestException NOT_FOUND if there is no such bundle, version or action; INVALID if
   *     the parameters do not fit
   */
  Resolved resolve(JobRequest.WorkRequest request) {
    return switch (request) {
      case JobRequest.CommandRequest command ->
          new Resolved(new Work.Command(command.argv()), null);
      case JobRequest.ActionRequest action -> resolve(action);
    };
  }

  private Resolved resolve(JobRequest.ActionRequest request) {
    StoredBundle bundle = bundles.get(request.bundle(), request.version());
    Manifest manifest = bundles.manifest(bundle);
    Manifest.Action action = manifest.action(request.action());
    if (action == null) {
      throw RequestException.notFound(
          "action",
          request.action(),
          "bundle %s %s has the actions %s"
              .formatted(
                  bundle.name(), bundle.version(), String.join(", ", manifest.actions().keySet())));
    }
    Parameters params;
    try {
      params = Parameters.of(action, request.params().getBytes(StandardCharsets.UTF_8));
    } catch (InvalidBundleException e) {
      throw new RequestException(
          RequestException.Kind.INVALID,
          e.problems().stream()
              .map(problem -> "params: " + problem)
              .collect(Collectors.joining("\n")),
          e);
    }
    return new Resolved(
        new Work.Action(
            bundle.name(),
            bundle.version(),
            action.name(),
            bundle.digest(),
            bundle.size(),
            params.canonicalJson()),
        Duration.ofMillis(action.limits().timeoutMillis()));
  }
}
