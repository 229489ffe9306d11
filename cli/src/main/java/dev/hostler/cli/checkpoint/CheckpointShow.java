package dev.hostler.cli.checkpoint;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Style;
import dev.hostler.proto.v1.Checkpoint;
import dev.hostler.proto.v1.GetCheckpointRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler checkpoint show}. */
@Command(
    name = "show",
    description = {
      "Shows a checkpoint: which hosts have it, which do not and why, sizes, when, by whom.",
      "It is as hosts said last. What is in it on a host: hostler snapshot show SNAPSHOT."
    },
    footer = {"", "Examples:", "  hostler checkpoint show monday"})
public final class CheckpointShow implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
  private String name = "";

  /** Made by the composition root. */
  public CheckpointShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      Checkpoint checkpoint =
          controller.call(() ->
              controller
                  .checkpoints()
                  .getCheckpoint(GetCheckpointRequest.newBuilder().setName(name).build()));
      Style style = session.console().outStyle();
      result.one(
          session.console(),
          CheckpointView.json(checkpoint)
              .put("hosts", checkpoint.getHostsList().stream().map(CheckpointView::json).toList()),
          () ->
              CheckpointView.details(checkpoint, style)
                  + "\n\n"
                  + String.join("\n", CheckpointView.hosts(checkpoint, style).lines(style)));
    }
    return 0;
  }
}
