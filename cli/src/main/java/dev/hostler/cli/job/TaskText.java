package dev.hostler.cli.job;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.LimitHit;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.RefusalReason;
import dev.hostler.proto.v1.Task;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.trust.limits.Limit;
import java.util.Map;
import java.util.stream.Collectors;

/** Says in words how a task ended. */
final class TaskText {
  private static final Map<Integer, String> SIGNALS =
      Map.ofEntries(
          Map.entry(1, "HUP"),
          Map.entry(2, "INT"),
          Map.entry(3, "QUIT"),
          Map.entry(4, "ILL"),
          Map.entry(5, "TRAP"),
          Map.entry(6, "ABRT"),
          Map.entry(7, "BUS"),
          Map.entry(8, "FPE"),
          Map.entry(9, "KILL"),
          Map.entry(11, "SEGV"),
          Map.entry(13, "PIPE"),
          Map.entry(14, "ALRM"),
          Map.entry(15, "TERM"),
          Map.entry(24, "XCPU"),
          Map.entry(25, "XFSZ"),
          Map.entry(31, "SYS"));

  private TaskText() {}

  /** The documented name of a state: "timed_out". */
  static String state(TaskState state) {
    return Format.name(state, "TASK_STATE_");
  }

  /** Whether a task has ended. */
  static boolean terminal(TaskState state) {
    return switch (state) {
      case TASK_STATE_SUCCEEDED,
          TASK_STATE_FAILED,
          TASK_STATE_TIMED_OUT,
          TASK_STATE_CANCELLED,
          TASK_STATE_REFUSED,
          TASK_STATE_EXPIRED,
          TASK_STATE_LOST ->
          true;
      default -> false;
    };
  }

  /** Why a task ended as it did, and which limits it reached; empty for one that has not ended. */
  static String reason(Task task) {
    if (!terminal(task.getState())) {
      return "";
    }
    AttemptResult result = task.getResult();
    if (task.getState() == TaskState.TASK_STATE_SUCCEEDED) {
      return Table.printable(reached(result).strip());
    }
    String reason =
        switch (result.getOutcome()) {
          case OUTCOME_EXITED -> with("exit code " + result.getExitCode(), result);
          case OUTCOME_SIGNALED -> with("killed by signal " + signal(result.getSignal()), result);
          case OUTCOME_OUT_OF_MEMORY -> with("out of memory" + peak(result), result);
          case OUTCOME_TIMED_OUT -> with("timed out" + after(result), result);
          case OUTCOME_CANCELLED -> with("cancelled", result);
          case OUTCOME_REFUSED -> with("refused: " + refusal(result.getRefusal()), result);
          case OUTCOME_SANDBOX_FAILED -> with("sandbox failed", result);
          default -> withoutResult(task);
        };
    return Table.printable(reason + reached(result));
  }

  /** What it came up against besides; what ended it is in the message. */
  private static String reached(AttemptResult result) {
    String limits =
        result.getLimitsHitList().stream()
            .filter(hit -> !hit.getEnded())
            .map(TaskText::limit)
            .collect(Collectors.joining(", "));
    return limits.isEmpty() ? "" : " [reached: " + limits + "]";
  }

  private static String limit(LimitHit hit) {
    String value =
        Limit.ofKey(hit.getLimit()).map(limit -> " " + limit.format(hit.getValue())).orElse("");
    return hit.getLimit().equals(Limit.CPU.key())
        ? "cpu%s, held back %d %% of the time".formatted(value, Math.round(hit.getShare() * 100))
        : hit.getLimit() + value;
  }

  private static String withoutResult(Task task) {
    String words = state(task.getState()).replace('_', ' ');
    return task.getMessage().isEmpty() ? words : words + ": " + task.getMessage();
  }

  private static String with(String words, AttemptResult result) {
    return result.getMessage().isEmpty() ? words : words + ": " + result.getMessage();
  }

  private static String signal(int number) {
    String name = SIGNALS.get(number);
    return name == null ? Integer.toString(number) : number + " (" + name + ")";
  }

  private static String peak(AttemptResult result) {
    long peak = result.getUse().getMemoryPeakBytes();
    return peak == 0 ? "" : " (used " + Format.bytes(peak) + ")";
  }

  private static String after(AttemptResult result) {
    return result.hasStartedAt() && result.hasEndedAt()
        ? " after "
            + Format.took(
                java.time.Duration.between(
                    Format.instant(result.getStartedAt()), Format.instant(result.getEndedAt())))
        : "";
  }

  private static String refusal(RefusalReason reason) {
    return switch (reason) {
      case REFUSAL_REASON_BUNDLE_UNTRUSTED -> "bundle not trusted";
      case REFUSAL_REASON_BUNDLE_UNAVAILABLE -> "bundle not available";
      case REFUSAL_REASON_ACTION_INVALID -> "action or parameters invalid";
      case REFUSAL_REASON_POLICY -> "not allowed by the host's policy";
      case REFUSAL_REASON_EXPIRED -> "the task had expired";
      case REFUSAL_REASON_SANDBOX_UNSUPPORTED -> "the host cannot enforce the sandbox";
      case REFUSAL_REASON_EXHAUSTED -> "the host is short of a resource";
      case REFUSAL_REASON_JOB_UNSIGNED -> "the job is not signed";
      case REFUSAL_REASON_JOB_MALFORMED -> "the signed job is malformed";
      case REFUSAL_REASON_JOB_ALTERED -> "the signed job was altered";
      case REFUSAL_REASON_JOB_SIGNER_UNTRUSTED -> "operator not trusted there";
      case REFUSAL_REASON_JOB_SIGNER_NOT_VALID_NOW -> "operator's certificate not valid now";
      case REFUSAL_REASON_JOB_SIGNER_WRONG_PURPOSE -> "not signed by an operator's key";
      case REFUSAL_REASON_JOB_SIGNER_REVOKED -> "operator's certificate revoked";
      case REFUSAL_REASON_JOB_WEAK_ALGORITHM -> "operator's key not accepted";
      case REFUSAL_REASON_JOB_NOT_YET_VALID -> "too early";
      case REFUSAL_REASON_JOB_NOT_A_TARGET -> "not signed for this host";
      case REFUSAL_REASON_JOB_REPLAYED -> "the host took this job before";
      case REFUSAL_REASON_OPERATOR_ROOTS_MISSING -> "the host trusts no operator yet";
      case REFUSAL_REASON_INDEX_STALE -> "the host has no fresh index";
      case REFUSAL_REASON_BUNDLE_UNLISTED -> "not in the index";
      case REFUSAL_REASON_BUNDLE_YANKED -> "yanked";
      case REFUSAL_REASON_BUNDLE_REVOKED -> "revoked";
      case REFUSAL_REASON_BUNDLE_OLDER -> "older than what the host has run";
      case REFUSAL_REASON_SIGNER_REVOKED -> "the bundle's signer is revoked";
      case REFUSAL_REASON_OPERATOR_REVOKED -> "the operator is revoked";
      case REFUSAL_REASON_BUNDLE_SIGNER_WRONG_PURPOSE -> "not signed by a bundle signer's key";
      case REFUSAL_REASON_SNAPSHOT_FAILED -> "no snapshot";
      case REFUSAL_REASON_SNAPSHOT_NO_ROOM -> "no room for a snapshot";
      case REFUSAL_REASON_PREVIEW_IMPOSSIBLE -> "no preview";
      case REFUSAL_REASON_SNAPSHOT_PATH -> "the host keeps no snapshot of that";
      case REFUSAL_REASON_CHECKPOINT_MISSING -> "no such checkpoint";
      case REFUSAL_REASON_CHECKPOINT_EXISTS -> "there is such a checkpoint";
      case REFUSAL_REASON_CHECKPOINT_PLAN_MISSING -> "not the plan that was shown";
      default -> "by the host";
    };
  }

  /** The documented name of an outcome: "exited". */
  static String outcome(Outcome outcome) {
    return Format.name(outcome, "OUTCOME_");
  }
}
