package dev.hostler.agent.attempt;

import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.usage.UsageSummary;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of an attempt as this host saw it. Exit status and output are separate facts.
 *
 * @param outcome how it ended
 * @param exitCode with EXITED: 0 to 255
 * @param signal the signal that ended the program; 0: none did
 * @param message what a person should read; may be empty
 * @param refusal with REFUSED: why
 * @param startedAt when the program was started; null if it never was
 * @param endedAt when the attempt ended
 * @param stdout final length of stdout
 * @param stderr final length of stderr
 * @param outputError why output was lost, other than past its cap; empty if none was
 * @param use resource use
 * @param denials system calls and peers that were denied, by kind
 * @param limitsHit limits that it came up against
 * @param learned of a recorded run, what it did: canonical JSON; empty otherwise
 * @param snapshots what was done about snapshots, in order
 * @param checkpoint of work on a checkpoint, what this host has of it now; null otherwise
 */
public record AttemptResult(
    Outcome outcome,
    int exitCode,
    int signal,
    String message,
    Refusal refusal,
    @Nullable Instant startedAt,
    Instant endedAt,
    StreamEnd stdout,
    StreamEnd stderr,
    String outputError,
    ResourceUse use,
    List<Denial> denials,
    List<LimitHit> limitsHit,
    String learned,
    List<SnapshotResult> snapshots,
    @Nullable CheckpointHeld checkpoint) {
  public AttemptResult {
    denials = List.copyOf(denials);
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
      Instant endedAt,
      StreamEnd stdout,
      StreamEnd stderr,
      String outputError,
      ResourceUse use,
      List<Denial> denials) {
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
        denials,
        List.of(),
        "",
        List.of(),
        null);
  }

  /** The same with what was done about snapshots. */
  public AttemptResult withSnapshots(List<SnapshotResult> done) {
    Draft draft = new Draft(this);
    draft.snapshots = done;
    return draft.result();
  }

  /** The same of work on a checkpoint. */
  public AttemptResult withCheckpoint(CheckpointHeld held) {
    Draft draft = new Draft(this);
    draft.checkpoint = held;
    return draft.result();
  }

  /** The same with what was learned. */
  public AttemptResult withLearned(String json) {
    Draft draft = new Draft(this);
    draft.learned = json;
    return draft.result();
  }

  /** The result of an attempt of which nothing was started. */
  public static AttemptResult notStarted(
      Outcome outcome, Refusal refusal, String message, Instant endedAt) {
    return new AttemptResult(
        outcome,
        0,
        0,
        message,
        refusal,
        null,
        endedAt,
        StreamEnd.EMPTY,
        StreamEnd.EMPTY,
        "",
        ResourceUse.UNKNOWN,
        List.of());
  }

  /** The same with other ends of its streams, and one more reason why output was lost. */
  public AttemptResult withOutput(StreamEnd newStdout, StreamEnd newStderr, String error) {
    Draft draft = new Draft(this);
    draft.stdout = newStdout;
    draft.stderr = newStderr;
    if (!error.isEmpty() && !outputError.contains(error)) {
      draft.outputError = outputError.isEmpty() ? error : outputError + "; " + error;
    }
    return draft.result();
  }

  /** The same with something more for a person to read, before what is there. */
  public AttemptResult withMessage(String more) {
    Draft draft = new Draft(this);
    draft.message = message.isEmpty() ? more : more + ": " + message;
    return draft.result();
  }

  /** The same with denied calls; one that ended the attempt is named in its message. */
  public AttemptResult withDenials(List<Denial> all) {
    Draft draft = new Draft(this);
    draft.denials = all;
    return draft.result();
  }

  /** The same with these limits. */
  public AttemptResult withLimitsHit(List<LimitHit> hit) {
    Draft draft = new Draft(this);
    draft.limitsHit = hit;
    return draft.result();
  }

  /** The same with what was seen of its use. */
  public AttemptResult withUsage(UsageSummary seen) {
    Draft draft = new Draft(this);
    draft.use = use.with(seen);
    return draft.result();
  }

  /** The same with what it did over the network. */
  public AttemptResult withNetwork(NetworkUse seen) {
    Draft draft = new Draft(this);
    draft.use = use.with(seen);
    return draft.result();
  }

  /** The end of one of the streams. */
  public StreamEnd end(StreamName stream) {
    return stream == StreamName.STDOUT ? stdout : stderr;
  }

  /** One that is being changed. */
  private static final class Draft {
    private final AttemptResult from;
    private String message;
    private StreamEnd stdout;
    private StreamEnd stderr;
    private String outputError;
    private ResourceUse use;
    private List<Denial> denials;
    private List<LimitHit> limitsHit;
    private String learned;
    private List<SnapshotResult> snapshots;
    private @Nullable CheckpointHeld checkpoint;

    Draft(AttemptResult from) {
      this.from = from;
      this.message = from.message;
      this.stdout = from.stdout;
      this.stderr = from.stderr;
      this.outputError = from.outputError;
      this.use = from.use;
      this.denials = from.denials;
      this.limitsHit = from.limitsHit;
      this.learned = from.learned;
      this.snapshots = from.snapshots;
      this.checkpoint = from.checkpoint;
    }

    AttemptResult result() {
      return new AttemptResult(
          from.outcome,
          from.exitCode,
          from.signal,
          message,
          from.refusal,
          from.startedAt,
          from.endedAt,
          stdout,
          stderr,
          outputError,
          use,
          denials,
          limitsHit,
          learned,
          snapshots,
          checkpoint);
    }
  }
}
