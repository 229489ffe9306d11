package dev.hostler.cli.audit;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.AuditEntry;
import dev.hostler.proto.v1.ListAuditRequest;
import dev.hostler.proto.v1.ListAuditResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler audit}. */
@Command(
    name = "audit",
    description = "Shows who did what.",
    footer = {"", "Examples:", "  hostler audit list", "  hostler audit list --limit 500 -o json"})
public final class AuditCommand {

  /** {@code hostler audit list}. */
  @Command(
      name = "list",
      description = "Lists the audit log, newest first.",
      footer = {
        "",
        "Examples:",
        "  hostler audit list",
        "  hostler audit list --limit 500 -o json"
      })
  public static final class ListAudit implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();
    @Mixin private final ContextOption context = new ContextOption();

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "100",
        description = "At most this many rows. Default: 100.")
    private int limit = 100;

    /** Made by the composition root. */
    public ListAudit(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      if (limit < 1) {
        throw CliFailure.usage("--limit " + limit + ": at least 1");
      }
      List<AuditEntry> entries = new ArrayList<>();
      try (Controller controller = context.connect(session)) {
        String page = "";
        do {
          ListAuditRequest request =
              ListAuditRequest.newBuilder()
                  .setPageSize(Math.min(1000, limit - entries.size()))
                  .setPageToken(page)
                  .build();
          ListAuditResponse response = controller.call(() -> controller.audit().listAudit(request));
          entries.addAll(response.getEntriesList());
          page = response.getNextPageToken();
        } while (!page.isEmpty() && entries.size() < limit);
      }
      result.list(
          session.console(),
          entries.stream().map(AuditCommand::json).toList(),
          () -> {
            Table table = new Table("#", "AT", "ACTOR", "VERB", "SUBJECT", "DETAILS");
            for (AuditEntry entry : entries) {
              table
                  .row()
                  .cell(Long.toUnsignedString(entry.getSequence()))
                  .cell(Format.local(entry.getAt()))
                  .cell(entry.getActor())
                  .cell(entry.getVerb())
                  .cell(entry.getSubject())
                  .cell(entry.getDetails());
            }
            return table;
          });
      return 0;
    }
  }

  private static Json.Fields json(AuditEntry entry) {
    return Json.object()
        .put("sequence", entry.getSequence())
        .put("at", Format.utc(entry.hasAt(), entry.getAt()))
        .put("actor", entry.getActor())
        .put("verb", entry.getVerb())
        .put("subject", entry.getSubject())
        .put("details", Json.raw(entry.getDetails()));
  }
}
