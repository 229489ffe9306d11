package dev.hostler.cli.revocation;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.ListRevocationsRequest;
import dev.hostler.proto.v1.Revocation;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code hostler revocation list}. */
@Command(
    name = "list",
    description = "Lists what is revoked and what is yanked, newest first.",
    footer = {"", "Examples:", "  hostler revocation list", "  hostler revocation list -o json"})
public final class RevocationList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  /** Made by the composition root. */
  public RevocationList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      List<Revocation> all =
          controller
              .call(() ->
                  controller.indexes().listRevocations(ListRevocationsRequest.getDefaultInstance()))
              .getRevocationsList();
      result.list(
          session.console(),
          all.stream().map(RevocationView::json).toList(),
          () -> RevocationView.table(all));
    }
    return 0;
  }
}
