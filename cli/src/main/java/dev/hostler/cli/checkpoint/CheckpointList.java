package dev.hostler.cli.checkpoint;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.Checkpoint;
import dev.hostler.proto.v1.ListCheckpointsRequest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code hostler checkpoint list}. */
@Command(
    name = "list",
    description = "Lists checkpoints, and how many hosts have each.",
    footer = {"", "Examples:", "  hostler checkpoint list", "  hostler checkpoint list -o json"})
public final class CheckpointList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  /** Made by the composition root. */
  public CheckpointList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      List<Checkpoint> checkpoints =
          controller
              .call(() ->
                  controller
                      .checkpoints()
                      .listCheckpoints(ListCheckpointsRequest.getDefaultInstance()))
              .getCheckpointsList();
      result.list(
          session.console(),
          checkpoints.stream().map(CheckpointView::json).toList(),
          () -> CheckpointView.table(checkpoints));
    }
    return 0;
  }
}
