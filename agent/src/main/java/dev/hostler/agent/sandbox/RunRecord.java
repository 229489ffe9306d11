package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.CgroupCounters;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The end of a run. Exists only once no process of it is left.
 *
 * @param attempt which
 * @param end how
 * @param reason why it was ended from outside
 * @param startedAt when the program was executed; empty if it never was, or nobody knows
 * @param endedAt when it ended
 * @param stdout its stdout
 * @param stderr its stderr
 * @param spoolErrno why output was lost on the way to the disk; 0 if none was
 * @param spoolLostBytes how much of both streams was lost so
 * @param deniedCalls system calls that were denied and told
 * @param use what it used, by the kernel's own counters
 * @param marks limits that the supervisor saw it reach
 */
public record RunRecord(
    String attempt,
    RunEnd end,
    StopReason reason,
    Optional<Instant> startedAt,
    Instant endedAt,
    StreamTotal stdout,
    StreamTotal stderr,
    int spoolErrno,
    long spoolLostBytes,
    long deniedCalls,
    CgroupCounters use,
    LimitMarks marks) {
  private static final int ENOENT = 2;
  private static final int ENOEXEC = 8;
  private static final int EACCES = 13;
  private static final int ENOTDIR = 20;

  /** It in one word. Out of memory is never concluded from exit code 137 alone. */
  public RunOutcome outcome() {
    return switch (reason) {
      case TIMEOUT, CPU_TIME -> RunOutcome.TIMED_OUT;
      case CANCELLED -> RunOutcome.CANCELLED;
      case NONE, KILLED, DENIED -> ownOutcome();
    };
  }

  private RunOutcome ownOutcome() {
    boolean killedForMemory = use.oomKills().orElse(0) > 0;
    return switch (end) {
      case RunEnd.Exited(int code) ->
          killedForMemory && code != 0 ? RunOutcome.OUT_OF_MEMORY : RunOutcome.EXITED;
      case RunEnd.Signaled _ -> killedForMemory ? RunOutcome.OUT_OF_MEMORY : RunOutcome.SIGNALED;
      case RunEnd.NotStarted notStarted ->
          execExitCode(notStarted).isPresent() ? RunOutcome.EXITED : RunOutcome.SANDBOX_FAILED;
      case RunEnd.SupervisorDied _ -> RunOutcome.SANDBOX_FAILED;
    };
  }

  /**
   * The exit code as a shell would say it: 127 for a program that does not exist, 126 for one that
   * cannot be executed. Empty if a signal ended it or it was never executed for another reason.
   */
  public OptionalInt exitCode() {
    return switch (end) {
      case RunEnd.Exited(int code) -> OptionalInt.of(code);
      case RunEnd.NotStarted notStarted -> execExitCode(notStarted);
      case RunEnd.Signaled _, RunEnd.SupervisorDied _ -> OptionalInt.empty();
    };
  }

  /** The signal that ended the program; empty if none did. */
  public OptionalInt signal() {
    return end instanceof RunEnd.Signaled(int signal)
        ? OptionalInt.of(signal)
        : OptionalInt.empty();
  }

  /** What a person should read; empty when there is nothing to add. */
  public String message() {
    return switch (end) {
      case RunEnd.NotStarted(String stage, _, String message) -> stage + ": " + message;
      case RunEnd.SupervisorDied(String message) -> message;
      case RunEnd.Exited _, RunEnd.Signaled _ ->
          reason == StopReason.DENIED ? "ended at its first denied system call" : "";
    };
  }

  private static OptionalInt execExitCode(RunEnd.NotStarted notStarted) {
    if (!notStarted.stage().equals("exec")) {
      return OptionalInt.empty();
    }
    return switch (notStarted.errno()) {
      case ENOENT, ENOTDIR -> OptionalInt.of(127);
      case EACCES, ENOEXEC -> OptionalInt.of(126);
      default -> OptionalInt.empty();
    };
  }
}
