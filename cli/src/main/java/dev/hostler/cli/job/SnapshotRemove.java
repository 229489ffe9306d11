package dev.hostler.cli.job;

import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code hostler snapshot remove}. */
@Command(
    name = "remove",
    description = "Removes a snapshot: what it could undo cannot be undone any more.",
    footer = {
      "",
      "Examples:",
      "  hostler snapshot remove 0193a2b4-… --host web-1 --reason 'not needed'"
    })
public final class SnapshotRemove extends SnapshotVerb {
  @Mixin private final SnapshotChange change = new SnapshotChange();

  /** Made by the composition root. */
  public SnapshotRemove(Session session) {
    super(session);
  }

  @Override
  JobWork.Snapshot asked() {
    return new JobWork.Snapshot("remove", change.id, false, change.reason);
  }
}
