package dev.hostler.cli.job;

import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code hostler snapshot diff}. */
@Command(
    name = "diff",
    description = "Shows how hosts differ now from a snapshot; exit 1 on a host that does.",
    footer = {"", "Examples:", "  hostler snapshot diff 0193a2b4-… -t true"})
public final class SnapshotDiff extends SnapshotVerb {
  @Parameters(paramLabel = "ID", description = "A snapshot, or a job.")
  private String id = "";

  /** Made by the composition root. */
  public SnapshotDiff(Session session) {
    super(session);
  }

  @Override
  JobWork.Snapshot asked() {
    return new JobWork.Snapshot("diff", id, false, "");
  }
}
