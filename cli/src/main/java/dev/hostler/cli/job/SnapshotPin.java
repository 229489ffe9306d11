package dev.hostler.cli.job;

import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
  @Parameters(paramLabel = "ID", description = "A snapshot, or a job.")
  private String id = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why; kept in the audit log.")
  private String reason = "";

  @Option(names = "--off", description = "Let it go by age, number and size again.")
  private boolean off;

  /** Made by the composition root. */
  public SnapshotPin(Session session) {
    super(session);
  }

  @Override
  JobWork.Snapshot asked() {
    return new JobWork.Snapshot(off ? "unpin" : "pin", id, false, reason);
  }
}
