package dev.hostler.controller.job;

import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.trust.bundle.InvalidBundleException;
import dev.hostler.trust.bundle.JobVariables;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.bundle.Parameters;
import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.limits.Limit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  Resolved resolve(JobStatement statement) {
    return switch (statement.work()) {
      case JobWork.Command command -> new Resolved(new Work.Command(command.argv()), null);
      case JobWork.Action action -> resolve(action, statement);
      // Shown as the command line that it was asked for with, and allowed to whom commands are.
      case JobWork.Snapshot snapshot -> new Resolved(new Work.Command(snapshot.words()), null);
      case JobWork.Checkpoint asked -> new Resolved(new Work.Command(asked.words()), null);
      case JobWork.SandboxTest test -> new Resolved(new Work.Command(test.words()), null);
    };
  }

  private Resolved resolve(JobWork.Action asked, JobStatement statement) {
    StoredBundle bundle = bundles.get(asked.bundle(), asked.version());
    if (!bundle.digest().equals(asked.manifest())) {
      throw RequestException.notFound(
          "job.action.manifest",
          asked.manifest(),
          "the bundle %s %s here has the manifest %s"
              .formatted(bundle.name(), bundle.version(), bundle.digest()));
    }
    Manifest manifest = bundles.manifest(bundle);
    Manifest.Action action = manifest.action(asked.action());
    if (action == null) {
      throw RequestException.notFound(
          "job.action.action",
          asked.action(),
          "bundle %s %s has the actions %s"
              .formatted(
                  bundle.name(), bundle.version(), String.join(", ", manifest.actions().keySet())));
    }
    List<Problem> problems =
        new ArrayList<>(JobVariables.problems(action, statement.env().keySet()));
    rollback(statement.capture(), action).ifPresent(problems::add);
    try {
      // What was signed stays as it is: each host fills in the defaults. Secrets are ciphertext.
      var _ = Parameters.submitted(action, asked.params().getBytes(StandardCharsets.UTF_8));
    } catch (InvalidBundleException e) {
      e.problems().stream()
          .map(one -> new Problem("params: " + one.field(), one.found(), one.fix()))
          .forEach(problems::add);
    }
    if (!problems.isEmpty()) {
      throw new RequestException(
          RequestException.Kind.INVALID,
          problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }
    return new Resolved(
        new Work.Action(
            bundle.name(),
            bundle.version(),
            action.name(),
            bundle.digest(),
            bundle.size(),
            asked.params()),
        Duration.ofMillis(action.limits().require(Limit.TIMEOUT)));
  }

  /** What is to be brought back must have been kept. */
  private static Optional<Problem> rollback(JobCapture asked, Manifest.Action action) {
    return asked.rollback() && asked.paths().isEmpty() && action.snapshot().isEmpty()
        ? Optional.of(
            new Problem(
                "capture.rollback_on_failure",
                "is set, but neither the action nor the job names a path to keep",
                "name one with --snapshot"))
        : Optional.empty();
  }
}
