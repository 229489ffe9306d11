package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.Cgroup;
import dev.hostler.agent.sandbox.cgroup.CgroupCounters;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a record of a run that is over, and sees to it that it is over: a record exists only once
 * the cgroup is empty and gone.
 */
final class RunEnding {
  private static final Logger LOG = LoggerFactory.getLogger(RunEnding.class);
  private static final Duration KILL_ROUND = Duration.ofSeconds(10);
  private static final int EXIT_BAD_SPEC = 64;

  private final String attempt;
  private final AttemptFiles files;
  private final Cgroup cgroup;
  private final RunListener listener;
  private final TimeSource time;

  RunEnding(
      String attempt, AttemptFiles files, Cgroup cgroup, RunListener listener, TimeSource time) {
    this.attempt = attempt;
    this.files = files;
    this.cgroup = cgroup;
    this.listener = listener;
    this.time = time;
  }

  /**
   * @param exitCode of the supervisor; matters only if it left no record
   */
  RunRecord conclude(int exitCode) throws IOException, InterruptedException {
    RunRecord runRecord;
    if (Files.exists(files.result())) {
      runRecord = ResultFile.read(files.result(), attempt);
      empty(); // it is already, unless somebody on the host has put a process into it
    } else {
      empty();
      runRecord = withoutRecord(exitCode);
    }
    listener.emptied(cgroup);
    try {
      cgroup.remove();
    } catch (IOException e) {
      LOG.warn("attempt {}: {} is left behind", attempt, cgroup, e);
    }
    return runRecord;
  }

  /** A process that the kernel cannot end keeps the run going: that is the truth. */
  private void empty() throws IOException, InterruptedException {
    while (!cgroup.kill(KILL_ROUND)) {
      LOG.warn("attempt {}: processes in {} do not die", attempt, cgroup);
    }
  }

  private RunRecord withoutRecord(int exitCode) {
    CgroupCounters use =
        cgroup.directories().stream().allMatch(Files::exists)
            ? cgroup.counters()
            : CgroupCounters.UNKNOWN;
    String words = files.lastWords();
    RunEnd end =
        exitCode == EXIT_BAD_SPEC
            ? new RunEnd.NotStarted("spec", 0, words)
            : new RunEnd.SupervisorDied(
                "the supervisor ended without a record"
                    + (exitCode > 0 ? " (exit code " + exitCode + ")" : "")
                    + (words.isEmpty() ? "" : ": " + words));
    return new RunRecord(
        attempt,
        end,
        StopReason.NONE,
        files.startedAt(),
        time.instant(),
        new StreamTotal(AttemptFiles.size(files.stdout()), 0),
        new StreamTotal(AttemptFiles.size(files.stderr()), 0),
        0,
        0,
        0,
        use,
        LimitMarks.NONE);
  }
}
