package dev.hostler.cli.job;

import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler snapshot restore}. */
@Command(
    name = "restore",
    description = {
      "Brings the paths of a snapshot back to how they were, and compares.",
      "Refused where something else has changed them since the job ended: exit 2 there."
    },
    footer = {
      "",
      "Examples:",
      "  hostler snapshot restore 0193a2b4-… -t true --reason 'broke logins'",
      "  hostler snapshot restore 0193a2b4-… --chain -t true --reason 'back to Monday'"
    })
public final class SnapshotRestore extends SnapshotVerb {
  @Mixin private final SnapshotChange change = new SnapshotChange();

  @Option(
      names = "--force",
      description = "Restore although something else has changed the paths since.")
  private boolean force;

  @Option(
      names = "--chain",
      description = {
        "Restore all that were taken since on the same paths first, newest first: back to before",
        "this one. Ends at the first that does not come back whole."
      })
  private boolean chain;

  /** Made by the composition root. */
  public SnapshotRestore(Session session) {
    super(session);
  }

  @Override
  JobWork.Snapshot asked() {
    return new JobWork.Snapshot(chain ? "rewind" : "restore", change.id, force, change.reason);
  }
}
