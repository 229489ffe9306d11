package dev.hostler.cli.job;

import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import picocli.CommandLine.Command;

/** {@code hostler snapshot list}. */
@Command(
    name = "list",
    description = "Lists the snapshots that hosts keep, oldest first.",
    footer = {"", "Examples:", "  hostler snapshot list -t true"})
public final class SnapshotList extends SnapshotVerb {

  /** Made by the composition root. */
  public SnapshotList(Session session) {
    super(session);
  }

  @Override
  JobWork.Snapshot asked() {
    return new JobWork.Snapshot("list", "", false, "");
  }
}
