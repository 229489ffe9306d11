package dev.hostler.cli.job;

import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler snapshot pin}. */
@Command(
    name = "pin",
    description = "Keeps a snapshot until it is removed by hand.",
    footer = {
      "",
      "Examples:",
      "  hostler snapshot pin 0193a2b4-… --host web-1 --reason 'before the audit'"
    })
public final class SnapshotPin extends SnapshotVerb {
  @Mixin private final SnapshotChange change = new SnapshotChange();

  @Option(names = "--off", description = "Let it go by age, number and size again.")
  private boolean off;

  /** Made by the composition root. */
  public SnapshotPin(Session session) {
    super(session);
  }

  @Override
  JobWork.Snapshot asked() {
    return new JobWork.Snapshot(off ? "unpin" : "pin", change.id, false, change.reason);
  }
}
