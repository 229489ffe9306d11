package dev.hostler.cli.alert;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.RemoveAlertRuleRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler alert remove}. */
@Command(
    name = "remove",
    description = "Removes a rule; its alerts are over.",
    footer = {"", "Examples:", "  hostler alert remove busy"})
public final class AlertRemove implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "NAME", description = "Name of the rule.")
  private String name = "";

  /** Made by the composition root. */
  public AlertRemove(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      RemoveAlertRuleRequest request = RemoveAlertRuleRequest.newBuilder().setName(name).build();
      controller.call(() -> controller.alerts().removeAlertRule(request));
    }
    result.one(session.console(), Json.object().put("removed", name), () -> "removed rule " + name);
    return 0;
  }
}
