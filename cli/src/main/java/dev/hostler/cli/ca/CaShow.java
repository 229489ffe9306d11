package dev.hostler.cli.ca;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.FleetCa;
import dev.hostler.proto.v1.GetFleetCaRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code hostler ca show}. */
@Command(
    name = "show",
    description = "Shows the fleet CA and, during a rotation, which hosts have not moved yet.",
    footer = {"", "Examples:", "  hostler ca show", "  hostler ca show -o json"})
public final class CaShow implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  /** Made by the composition root. */
  public CaShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      FleetCa ca =
          controller.call(
              () -> controller.certificates().getFleetCa(GetFleetCaRequest.getDefaultInstance()));
      result.one(
          session.console(),
          CaView.json(ca),
          () -> CaView.text(ca, session.console().outStyle(), session.time().instant()));
    }
    return 0;
  }
}
