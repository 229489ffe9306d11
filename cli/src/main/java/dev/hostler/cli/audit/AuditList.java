package dev.hostler.cli.audit;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.AuditEntry;
import dev.hostler.proto.v1.AuditFilter;
import dev.hostler.proto.v1.ListAuditRequest;
import dev.hostler.proto.v1.ListAuditResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler audit list}. */
@Command(
    name = "list",
    description = "Lists the audit log, newest first; with --lines all of it, oldest first.",
    footer = {
      "",
      "Examples:",
      "  hostler audit list --operator ann --since 24h",
      "  hostler audit list --host web-1 --verb 'job.*'",
      "  hostler audit list --result refused -o json",
      "  hostler audit list --lines > audit.jsonl"
    })
public final class AuditList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();
  @Mixin private final AuditFilterOptions which = new AuditFilterOptions();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most this many rows. Default: 100.")
  private int limit = 100;

  @Option(
      names = "--lines",
      description = "Exports every row as JSON lines, oldest first, with hashes. No limit.")
  private boolean lines;

  /** Made by the composition root. */
  public AuditList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (limit < 1) {
      throw CliFailure.usage("--limit " + limit + ": at least 1");
    }
    AuditFilter filter = which.filter(session.time().instant());
    try (Controller controller = context.connect(session)) {
      if (lines) {
        AuditExport.read(
            controller, filter, entry -> session.console().line(Json.line(AuditView.json(entry))));
      } else {
        List<AuditEntry> entries = newest(controller, filter);
        result.list(
            session.console(),
            entries.stream().map(AuditView::json).toList(),
            () -> AuditView.table(entries));
      }
    }
    return 0;
  }

  private List<AuditEntry> newest(Controller controller, AuditFilter filter) {
    List<AuditEntry> entries = new ArrayList<>();
    String page = "";
    do {
      ListAuditRequest request =
          ListAuditRequest.newBuilder()
              .setPageSize(Math.min(1000, limit - entries.size()))
              .setPageToken(page)
              .setFilter(filter)
              .build();
      ListAuditResponse response = controller.call(() -> controller.audit().listAudit(request));
      entries.addAll(response.getEntriesList());
      page = response.getNextPageToken();
    } while (!page.isEmpty() && entries.size() < limit);
    return entries;
  }
}
