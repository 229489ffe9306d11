package dev.hostler.agent.run;

import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.ResourceUse;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.sandbox.RunRecord;
import dev.hostler.agent.sandbox.StopReason;
import dev.hostler.agent.sandbox.StreamTotal;
import dev.hostler.agent.usage.UsageSummary;
import java.util.List;

/** Turns the sandbox's record of a run into a result. */
final class ResultMapping {
  private static final int ENOSPC = 28;
  private static final int EDQUOT = 122;
  private static final int EIO = 5;

  private ResultMapping() {}

  static AttemptResult result(RunRecord end) {
    Outcome outcome =
        switch (end.outcome()) {
          case EXITED -> Outcome.EXITED;
          case SIGNALED -> Outcome.SIGNALED;
          case OUT_OF_MEMORY -> Outcome.OUT_OF_MEMORY;
          case TIMED_OUT -> Outcome.TIMED_OUT;
          case CANCELLED -> Outcome.CANCELLED;
          case SANDBOX_FAILED -> Outcome.SANDBOX_FAILED;
        };
    return new AttemptResult(
        outcome,
        outcome == Outcome.EXITED ? end.exitCode().orElse(0) : 0,
        end.signal().orElse(0),
        end.message(),
        Refusal.NONE,
        end.startedAt().orElse(null),
        end.endedAt(),
        stream(end.stdout()),
        stream(end.stderr()),
        outputError(end),
        new ResourceUse(
            end.use().cpuMicros().orElse(0),
            end.use().memoryPeakBytes().orElse(0),
            end.use().oomKills().orElse(0),
            end.use().pidsDenied().orElse(0),
            UsageSummary.UNKNOWN),
        List.of());
  }

  /** The result with what was denied; says which call ended it, if one did. */
  static AttemptResult withDenials(AttemptResult result, RunRecord end, List<Denial> denials) {
    AttemptResult told = result.withDenials(denials);
    if (end.reason() != StopReason.DENIED) {
      return told;
    }
    return denials.stream()
        .filter(one -> !one.routine())
        .findFirst()
        .map(one -> told.withMessage(one.text() + " was denied"))
        .orElse(told);
  }

  private static StreamEnd stream(StreamTotal total) {
    return new StreamEnd(total.keptBytes(), total.droppedBytes());
  }

  private static String outputError(RunRecord end) {
    if (end.spoolErrno() == 0) {
      return "";
    }
    String why =
        switch (end.spoolErrno()) {
          case ENOSPC -> "the disk was full";
          case EDQUOT -> "the quota was used up";
          case EIO -> "the disk failed";
          default -> "errno " + end.spoolErrno();
        };
    return "%d bytes of output were not kept: %s".formatted(end.spoolLostBytes(), why);
  }
}
