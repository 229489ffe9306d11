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
      "  hostler snapshot restore 0193a2b4-… -t true --reason 'broke logins'"
    })
public final class SnapshotRestore extends SnapshotVerb {
  @Mixin private final SnapshotChange change = new SnapshotChange();

  @Option(
      names = "--force",
      description = "Restore although something else has changed the paths since.")
  private boolean force;

  /** Made by the composition root. */
  public SnapshotRestore(Session session) {
    super(session);
  }

  @Override
  JobWork.Snapshot asked() {
    return new JobWork.Snapshot("restore", change.id, force, change.reason);
  }
}
