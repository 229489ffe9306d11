package dev.hostler.cli.job;

import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code hostler snapshot show}. */
@Command(
    name = "show",
    description = "Shows what a snapshot has: names, hashes and sizes, never contents.",
    footer = {"", "Examples:", "  hostler snapshot show 0193a2b4-… --host web-1"})
public final class SnapshotShow extends SnapshotVerb {
  @Parameters(paramLabel = "ID", description = "A snapshot, or a job.")
  private String id = "";

  /** Made by the composition root. */
  public SnapshotShow(Session session) {
    super(session);
  }

  @Override
  JobWork.Snapshot asked() {
    return new JobWork.Snapshot("show", id, false, "");
  }
}
