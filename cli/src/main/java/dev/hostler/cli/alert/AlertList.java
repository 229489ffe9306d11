package dev.hostler.cli.alert;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.Alert;
import dev.hostler.proto.v1.ListAlertsRequest;
import dev.hostler.proto.v1.ListAlertsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler alert list}. */
@Command(
    name = "list",
    description = "Lists the alerts that are raised, newest first.",
    footer = {"", "Examples:", "  hostler alert list", "  hostler alert list --all --limit 20"})
public final class AlertList implements Callable<Integer> {
  private static final int PAGE = 1000;

  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(names = "--all", description = "Also those that are over.")
  private boolean all;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most this many. Default: 100.")
  private int limit = 100;

  /** Made by the composition root. */
  public AlertList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (limit < 1) {
      throw CliFailure.usage("--limit " + limit + ": at least 1");
    }
    List<Alert> alerts = new ArrayList<>();
    try (Controller controller = context.connect(session)) {
      String page = "";
      do {
        ListAlertsRequest request =
            ListAlertsRequest.newBuilder()
                .setAll(all)
                .setPageSize(Math.min(PAGE, limit))
                .setPageToken(page)
                .build();
        ListAlertsResponse response =
            controller.call(() -> controller.alerts().listAlerts(request));
        alerts.addAll(response.getAlertsList());
        page = response.getNextPageToken();
      } while (!page.isEmpty() && alerts.size() < limit);
    }
    List<Alert> shown = alerts.subList(0, Math.min(limit, alerts.size()));
    result.list(
        session.console(),
        shown.stream().map(AlertView::json).toList(),
        () -> AlertView.table(shown, session.console().outStyle(), session.time().instant()));
    return 0;
  }
}
