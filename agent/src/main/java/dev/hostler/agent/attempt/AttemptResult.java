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
    String learned) {
  public AttemptResult {
    denials = List.copyOf(denials);
    limitsHit = List.copyOf(limitsHit);
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
        "");
  }

  /** The same with what was learned. */
  public AttemptResult withLearned(String json) {
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
        outputError,
        use,
        denials,
        limitsHit,
        json);
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
    String both =
        error.isEmpty() || outputError.contains(error)
            ? outputError
            : outputError.isEmpty() ? error : outputError + "; " + error;
    return new AttemptResult(
        outcome, exitCode, signal, message, refusal, startedAt, endedAt, newStdout, newStderr, both,
        use, denials, limitsHit, learned);
  }

  /** The same with something more for a person to read, before what is there. */
  public AttemptResult withMessage(String more) {
    return new AttemptResult(
        outcome,
        exitCode,
        signal,
        message.isEmpty() ? more : more + ": " + message,
        refusal,
        startedAt,
        endedAt,
        stdout,
        stderr,
        outputError,
        use,
        denials,
        limitsHit,
        learned);
  }

  /** The same with denied calls; one that ended the attempt is named in its message. */
  public AttemptResult withDenials(List<Denial> all) {
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
        outputError,
        use,
        all,
        limitsHit,
        learned);
  }

  /** The same with these limits. */
  public AttemptResult withLimitsHit(List<LimitHit> hit) {
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
        outputError,
        use,
        denials,
        hit,
        learned);
  }

  /** The same with what was seen of its use. */
  public AttemptResult withUsage(UsageSummary seen) {
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
        outputError,
        use.with(seen),
        denials,
        limitsHit,
        learned);
  }

  /** The same with what it did over the network. */
  public AttemptResult withNetwork(NetworkUse seen) {
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
        outputError,
        use.with(seen),
        denials,
        limitsHit,
        learned);
  }

  /** The end of one of the streams. */
  public StreamEnd end(StreamName stream) {
    return stream == StreamName.STDOUT ? stdout : stderr;
  }
}
