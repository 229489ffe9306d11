package dev.hostler.cli.job;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.SnapshotPaths;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What {@code hostler run} has kept of hosts before the program starts. */
final class CaptureOptions {
  @Option(
      names = "--snapshot",
      paramLabel = "PATH",
      description = {
        "Keep this path of the hosts before it starts, where their owners allow it, besides",
        "what the bundle declares: `hostler snapshot restore` brings it back. May be repeated."
      })
  private List<String> paths = new ArrayList<>();

  @Option(
      names = "--rollback",
      description = {
        "Bring back all that was kept if it fails, although the bundle does not say so. A",
        "command needs --snapshot for it."
      })
  private boolean rollback;

  /** Is one of them given? */
  boolean isGiven() {
    return !paths.isEmpty() || rollback;
  }

  /**
   * What is signed.
   *
   * @param command is it for a command, of which no bundle declares what it changes?
   * @throws CliFailure if every host would refuse it
   */
  JobCapture capture(boolean command) {
    for (String path : paths) {
      String why = SnapshotPaths.refusal(path);
      if (why != null) {
        throw CliFailure.usage(
            "--snapshot " + path + ": " + why + "; name what may have to be brought back");
      }
    }
    if (command && rollback && paths.isEmpty()) {
      throw CliFailure.usage(
          "--rollback: nobody declares what a command changes; say with --snapshot PATH what is to"
              + " be brought back");
    }
    return new JobCapture(paths.stream().distinct().toList(), rollback);
  }
}
