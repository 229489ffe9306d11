package dev.hostler.controller.job;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of one attempt as the host saw it.
 *
 * @param outcome how it ended
 * @param exitCode with EXITED
 * @param signal where a signal ended it
 * @param message for people; may be empty
 * @param refusal with REFUSED
 * @param startedAt by the host's clock; null if it was never started
 * @param endedAt by the host's clock; null if the host did not say
 * @param stdout of standard output
 * @param stderr of standard error
 * @param outputError why output was lost otherwise; empty if none was
 * @param use resource use
 * @param limitsHit limits that it came up against
 * @param learned of a recorded run, what it did: JSON; empty otherwise
 * @param snapshots what was done about snapshots, in order
 * @param checkpoint of work on a checkpoint, what the host has of it now; null otherwise, and in
 *     what is read from the database
 */
public record AttemptResult(
    Outcome outcome,
    int exitCode,
    int signal,
    String message,
    Refusal refusal,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    StreamTotals stdout,
    StreamTotals stderr,
    String outputError,
    ResourceUse use,
    List<LimitHit> limitsHit,
    String learned,
    List<SnapshotResult> snapshots,
    @Nullable CheckpointHeld checkpoint) {
  /** Copies the lists. */
  public AttemptResult {
    limitsHit = List.copyOf(limitsHit);
    snapshots = List.copyOf(snapshots);
  }

  /** One that came up against no limit, of a run that was not recorded. */
  public AttemptResult(
      Outcome outcome,
      int exitCode,
      int signal,
      String message,
      Refusal refusal,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      StreamTotals stdout,
      StreamTotals stderr,
      String outputError,
      ResourceUse use) {
    this(
        outcome,
        exitCode,
        signal,
        message,
        refusal,
        startedAt,
        endedAt,
        stdout,
        stderr,
        outputError,
        use,
        List.of(),
        "",
        List.of(),
        null);
  }

  /**
   * How much a stream came to.
   *
   * @param bytes kept
   * @param droppedBytes read and counted, not kept
   */
  public record StreamTotals(long bytes, long droppedBytes) {
    /** No output. */
    public static final StreamTotals NONE = new StreamTotals(0, 0);
  }

  /**
   * From the kernel's counters; zero means not known.
   *
   * @param cpuNanos CPU time of all processes in nanoseconds
   * @param memoryPeakBytes highest memory use
   * @param oomKills processes killed for lack of memory
   * @param pidsDenied forks refused by the pids limit
   * @param summary all else that was seen of it; null: nothing
   * @param network what it did over the network; null: it had no allow-list of peers
   */
  public record ResourceUse(
      long cpuNanos,
      long memoryPeakBytes,
      long oomKills,
      long pidsDenied,
      @Nullable UsageSummary summary,
      @Nullable NetworkUse network) {
    /** Nothing is known. */
    public static final ResourceUse UNKNOWN = new ResourceUse(0, 0, 0, 0, null);

    /** Of an attempt without an allow-list. */
    public ResourceUse(
        long cpuNanos,
        long memoryPeakBytes,
        long oomKills,
        long pidsDenied,
        @Nullable UsageSummary summary) {
      this(cpuNanos, memoryPeakBytes, oomKills, pidsDenied, summary, null);
    }
  }

  /** The same with another output error. */
  AttemptResult withOutputError(String error) {
    return new AttemptResult(
        outcome,
        exitCode,
        signal,
        message,
        refusal,
        startedAt,
        endedAt,
        stdout,
        stderr,
        error,
        use,
        limitsHit,
        learned,
        snapshots,
        checkpoint);
  }
}
