package dev.hostler.cli.alert;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.AlertRule;
import dev.hostler.proto.v1.ListAlertRulesRequest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code hostler alert rules}. */
@Command(
    name = "rules",
    description = "Lists the rules of alerts.",
    footer = {"", "Examples:", "  hostler alert rules", "  hostler alert rules -o json"})
public final class AlertRules implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  /** Made by the composition root. */
  public AlertRules(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<AlertRule> rules;
    try (Controller controller = context.connect(session)) {
      rules =
          controller
              .call(() ->
                  controller.alerts().listAlertRules(ListAlertRulesRequest.getDefaultInstance()))
              .getRulesList();
    }
    result.list(
        session.console(),
        rules.stream().map(AlertView::json).toList(),
        () -> AlertView.rules(rules));
    return 0;
  }
}
