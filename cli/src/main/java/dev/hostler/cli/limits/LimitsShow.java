package dev.hostler.cli.limits;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.GetLimitsRequest;
import dev.hostler.proto.v1.GetLimitsResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler limits show}. */
@Command(
    name = "show",
    description = {
      "Shows what an action gets, and who decided each limit. Without --bundle, only what the",
      "policies say: what a host gives to commands is in its agent.toml.",
      "The job may lower it further."
    },
    footer = {
      "",
      "Examples:",
      "  hostler limits show --bundle host-report",
      "  hostler limits show --bundle sshd-hardening@1.0.0 --action apply --host web-1",
      "  hostler limits show --host web-1"
    })
public final class LimitsShow implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(
      names = "--bundle",
      paramLabel = "BUNDLE[@VERSION]",
      description = "The bundle; without a version its newest.")
  private String bundle = "";

  @Option(
      names = "--action",
      paramLabel = "ACTION",
      description = "Its action; may be left out if it has only one.")
  private String action = "";

  @Option(names = "--host", paramLabel = "HOST", description = "A host by id or name.")
  private String host = "";

  /** Made by the composition root. */
  public LimitsShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (bundle.isEmpty() && !action.isEmpty()) {
      throw CliFailure.usage("--action " + action + ": name its bundle with --bundle");
    }
    int at = bundle.indexOf('@');
    GetLimitsRequest request =
        GetLimitsRequest.newBuilder()
            .setBundle(at < 0 ? bundle : bundle.substring(0, at))
            .setVersion(at < 0 ? "" : bundle.substring(at + 1))
            .setAction(action)
            .setHost(host)
            .build();
    try (Controller controller = context.connect(session)) {
      GetLimitsResponse response = controller.call(() -> controller.limits().getLimits(request));
      result.list(
          session.console(),
          response.getDecidedList().stream().map(LimitsView::json).toList(),
          () -> LimitsView.decided(response.getDecidedList()));
    }
    return 0;
  }
}
