package dev.hostler.cli.job;

import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.ActionCall;
import dev.hostler.proto.v1.ActionName;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.CommandLine;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.proto.v1.SubmitJobRequest;
import java.util.List;
import java.util.stream.Collectors;

/** What {@code hostler run} is to run. */
sealed interface Work {

  /** Puts it into a request; may ask the controller for the action's schema. */
  void into(SubmitJobRequest.Builder request, Controller controller);

  /**
   * Tells an action from a command: the command comes after {@code --}.
   *
   * @param arguments the whole command line
   * @param positional its arguments that are no options
   * @param params of {@code --param}
   */
  static Work of(List<String> arguments, List<String> positional, List<String> params) {
    int dashes = arguments.indexOf("--");
    List<String> command = dashes < 0 ? List.of() : arguments.subList(dashes + 1, arguments.size());
    List<String> before = positional.subList(0, positional.size() - command.size());
    if (!command.isEmpty()) {
      if (!before.isEmpty()) {
        throw CliFailure.usage(
            "give either BUNDLE ACTION or a command after --, not both: "
                + String.join(" ", before));
      }
      if (!params.isEmpty()) {
        throw CliFailure.usage("--param is for actions; a command takes arguments and --env");
      }
      return new Command(List.copyOf(command));
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
        List.copyOf(params));
  }

  /** A command line. */
  record Command(List<String> argv) implements Work {
    @Override
    public void into(SubmitJobRequest.Builder request, Controller controller) {
      request.setCommand(CommandLine.newBuilder().addAllArgv(argv));
    }
  }

  /** An action with its parameters as given. */
  record ActionWork(ActionName name, List<String> params) implements Work {
    @Override
    public void into(SubmitJobRequest.Builder request, Controller controller) {
      ActionCall.Builder call = ActionCall.newBuilder().setName(name);
      if (!params.isEmpty()) {
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
        // The version whose schema was read, should a newer one be pushed just now.
        call.setName(name.toBuilder().setVersion(bundle.getVersion()));
        call.setParams(Params.typed(params, action.getParamsSchema()));
      }
      request.setAction(call);
    }
  }
}
