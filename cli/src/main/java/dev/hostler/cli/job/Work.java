package dev.hostler.cli.job;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Console;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.ActionName;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code hostler run} is to run. */
sealed interface Work {

  /**
   * What is to be signed.
   *
   * @param work parameters in clear
   * @param schema of the parameters; empty for a command
   */
  record Resolved(JobWork work, String schema) {
    /** Shows no parameter. */
    @Override
    public String toString() {
      return "resolved work";
    }
  }

  /** May ask the controller which bundle that is, and for its schema; and people for secrets. */
  Resolved resolve(Controller controller, Console console);

  /**
   * Tells an action from a command: the command comes after {@code --}.
   *
   * @param arguments the whole command line
   * @param positional its arguments that are no options
   * @param given parameters
   * @param runAs of {@code --run-as}; null: not given
   */
  static Work of(
      List<String> arguments, List<String> positional, Given given, @Nullable String runAs) {
    int dashes = arguments.indexOf("--");
    List<String> command = dashes < 0 ? List.of() : arguments.subList(dashes + 1, arguments.size());
    List<String> before = positional.subList(0, positional.size() - command.size());
    if (!command.isEmpty()) {
      if (!before.isEmpty()) {
        throw CliFailure.usage(
            "give either BUNDLE ACTION or a command after --, not both: "
                + String.join(" ", before));
      }
      if (!given.isEmpty()) {
        throw CliFailure.usage("--param is for actions; a command takes arguments and --env");
      }
      return new Command(
          List.copyOf(command), runAs == null ? JobWork.Command.DEFAULT_USER : runAs);
    }
    if (before.size() != 2) {
      throw CliFailure.usage(
          before.isEmpty()
              ? "nothing to run: give BUNDLE[@VERSION] ACTION, or a command after --"
              : before.size() == 1
                  ? "no action: give BUNDLE[@VERSION] ACTION; `hostler bundle show "
                      + before.getFirst()
                      + "` lists the actions. A command comes after --: hostler run … -- "
                      + before.getFirst()
                  : "too many arguments: "
                      + String.join(" ", before)
                      + "; give BUNDLE[@VERSION] ACTION and --param KEY=VALUE, or a command"
                      + " after --");
    }
    if (runAs != null) {
      throw CliFailure.usage("--run-as is for commands; an action runs as its bundle declares");
    }
    String bundle = before.getFirst();
    int at = bundle.indexOf('@');
    String name = at < 0 ? bundle : bundle.substring(0, at);
    String version = at < 0 ? "" : bundle.substring(at + 1);
    if (name.isEmpty() || (at >= 0 && version.isEmpty())) {
      throw CliFailure.usage("\"" + bundle + "\": write BUNDLE or BUNDLE@VERSION");
    }
    return new ActionWork(
        ActionName.newBuilder()
            .setBundle(name)
            .setVersion(version)
            .setAction(before.getLast())
            .build(),
        given,
        false);
  }

  /** The same, only to be told what it would change. */
  default Work asPreview() {
    throw CliFailure.usage(
        "--preview is for actions: of a command nobody has declared what it may write");
  }

  /** A command line. */
  record Command(List<String> argv, String runAs) implements Work {
    @Override
    public Resolved resolve(Controller controller, Console console) {
      return new Resolved(new JobWork.Command(argv, runAs), "");
    }
  }

  /** Something about snapshots. */
  record Snapshot(JobWork.Snapshot asked) implements Work {
    @Override
    public Resolved resolve(Controller controller, Console console) {
      return new Resolved(asked, "");
    }
  }

  /** Something about a checkpoint. */
  record Checkpoint(JobWork.Checkpoint asked) implements Work {
    @Override
    public Resolved resolve(Controller controller, Console console) {
      return new Resolved(asked, "");
    }
  }

  /** Hosts' attacks on their own sandboxes. */
  record SandboxTest(JobWork.SandboxTest asked) implements Work {
    @Override
    public Resolved resolve(Controller controller, Console console) {
      return new Resolved(asked, "");
    }
  }

  /**
   * An action with its parameters as given.
   *
   * @param preview only to be told what it would change?
   */
  record ActionWork(ActionName name, Given given, boolean preview) implements Work {
    @Override
    public Resolved resolve(Controller controller, Console console) {
      Bundle bundle =
          controller.call(() ->
              controller
                  .bundles()
                  .getBundle(
                      GetBundleRequest.newBuilder()
                          .setName(name.getBundle())
                          .setVersion(name.getVersion())
                          .build()));
      Action action =
          bundle.getActionsList().stream()
              .filter(known -> known.getName().equals(name.getAction()))
              .findFirst()
              .orElseThrow(() ->
                  CliFailure.usage(
                      "bundle "
                          + bundle.getName()
                          + " "
                          + bundle.getVersion()
                          + " has no action \""
                          + name.getAction()
                          + "\"; it has "
                          + bundle.getActionsList().stream()
                              .map(Action::getName)
                              .collect(Collectors.joining(", "))));
      return new Resolved(
          new JobWork.Action(
              bundle.getName(),
              bundle.getVersion(),
              action.getName(),
              HexFormat.of().formatHex(bundle.getManifestDigest().toByteArray()),
              canonical(Params.typed(given, action.getParamsSchema(), console)),
              preview),
          action.getParamsSchema().isBlank() ? "{}" : action.getParamsSchema());
    }

    @Override
    public Work asPreview() {
      return new ActionWork(name, given, true);
    }

    private static String canonical(Struct params) {
      try {
        return Json.canonicalText(
            Json.parse(JsonFormat.printer().print(params).getBytes(StandardCharsets.UTF_8)));
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("parameters have no JSON form", e);
      }
    }
  }
}
