package dev.hostler.cli.ca;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.proto.v1.FinishRotationRequest;
import dev.hostler.proto.v1.FleetCa;
import dev.hostler.proto.v1.RotateFleetCaRequest;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler ca rotate}. */
@Command(
    name = "rotate",
    description = {
      "Replaces the fleet CA: makes a new root beside the old one and moves the fleet over to it.",
      "When `hostler ca show` lists no host any more, --finish drops the old root."
    },
    footer = {
      "",
      "Examples:",
      "  hostler ca rotate",
      "  hostler ca show",
      "  hostler ca rotate --finish"
    })
public final class CaRotate implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(
      names = "--finish",
      description = "End the rotation: the old root is trusted no longer, its key is deleted.")
  private boolean finish;

  @Option(names = "--force", description = "With --finish: leave hosts behind that have not moved.")
  private boolean force;

  @Option(names = "--yes", description = "Do not ask whether hosts are to be left behind.")
  private boolean yes;

  /** Made by the composition root. */
  public CaRotate(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (force && !finish) {
      throw CliFailure.usage("--force goes with --finish");
    }
    if (force
        && !yes
        && session.console().terminals().in()
        && session.console().terminals().err()) {
      String answer =
          session.console().ask("Leave hosts behind, which must be enrolled again? [y/N] ");
      if (!Objects.equals(answer, "y") && !Objects.equals(answer, "yes")) {
        throw new CliFailure(ExitCode.INTERRUPTED, "not finished");
      }
    }
    try (Controller controller = context.connect(session)) {
      FleetCa ca =
          controller.call(() ->
              finish
                  ? controller
                      .certificates()
                      .finishRotation(FinishRotationRequest.newBuilder().setForce(force).build())
                  : controller
                      .certificates()
                      .rotateFleetCa(RotateFleetCaRequest.getDefaultInstance()));
      // So that this operator is not left behind.
      if (!finish) {
        controller.renew(session.time());
      }
      result.one(
          session.console(),
          CaView.json(ca),
          () -> CaView.text(ca, session.console().outStyle(), session.time().instant()));
    }
    return 0;
  }
}
