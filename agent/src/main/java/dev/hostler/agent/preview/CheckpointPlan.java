package dev.hostler.agent.preview;

import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.snapshot.Checkpoints;
import dev.hostler.agent.snapshot.Previews;
import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.trust.json.Json;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Tells what bringing the host back to a checkpoint would change, in the form of a preview's list.
 * Thread-safe.
 */
public final class CheckpointPlan {
  private final Checkpoints checkpoints;

  /** To these. */
  public CheckpointPlan(Checkpoints checkpoints) {
    this.checkpoints = checkpoints;
  }

  /**
   * Makes the plan; once.
   *
   * @param wanted the plan's id, and for whom
   * @param stdout gets the list: the same bytes, however often
   * @throws RefusedException if there is no such checkpoint
   * @throws dev.hostler.agent.snapshot.SnapshotException if it cannot be made
   */
  public void make(String name, SnapshotInfo wanted, Path stdout)
      throws RefusedException, IOException, InterruptedException {
    Previews plans = checkpoints.plans();
    checkpoints.plan(
        name,
        wanted,
        (out, before, after) -> {
          ChangeList changes = new ChangeList(out, plans::bytes, plans.text(), false);
          int count = changes.changes(before, after);
          changes.line(
              Json.MAPPER
                  .createObjectNode()
                  .put("type", "end")
                  .put("changes", count)
                  .put("exit_code", 0));
        });
    Preview.copy(plans.readChanges(wanted.id()), stdout);
  }
}
