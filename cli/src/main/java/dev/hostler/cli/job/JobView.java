package dev.hostler.cli.job;

import com.google.protobuf.Struct;
import dev.hostler.cli.command.Details;
import dev.hostler.cli.command.ValueJson;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.cli.usage.NetworkView;
import dev.hostler.cli.usage.SummaryView;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.LimitHit;
import dev.hostler.proto.v1.RefusalReason;
import dev.hostler.proto.v1.Task;
import dev.hostler.proto.v1.TaskCounts;
import dev.hostler.trust.secret.SealedParameters;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How jobs and tasks look. */
final class JobView {
  private JobView() {}

  static String state(JobState state) {
    return Format.name(state, "JOB_STATE_");
  }

  static Json.Fields json(Job job) {
    TaskCounts counts = job.getCounts();
    Json.Fields fields =
        Json.object()
            .put("id", job.getId())
            .put("operator", job.getOperator())
            .put("state", state(job.getState()))
            .put("title", job.getTitle())
            .put("created_at", Format.utc(job.hasCreatedAt(), job.getCreatedAt()))
            .put("ended_at", Format.utc(job.hasEndedAt(), job.getEndedAt()))
            .put(
                "cancel_requested_at",
                Format.utc(job.hasCancelRequestedAt(), job.getCancelRequestedAt()))
            .put(
                "output_removed_at", Format.utc(job.hasOutputRemovedAt(), job.getOutputRemovedAt()))
            .put("expires_at", Format.utc(job.hasExpiresAt(), job.getExpiresAt()))
            .put(
                "counts",
                Json.object()
                    .put("total", counts.getTotal())
                    .put("queued", counts.getQueued())
                    .put("running", counts.getRunning())
                    .put("succeeded", counts.getSucceeded())
                    .put("failed", counts.getFailed()))
            .put("concurrency", job.getConcurrency())
            .put("timeout_seconds", Format.seconds(job.hasTimeout(), job.getTimeout()));
    if (job.hasAction()) {
      fields
          .put("bundle", job.getAction().getName().getBundle())
          .put("bundle_version", job.getAction().getName().getVersion())
          .put("action", job.getAction().getName().getAction())
          .put("params", shown(job.getAction().getParams()));
    }
    if (job.hasCommand()) {
      fields.put("argv", job.getCommand().getArgvList());
    }
    return fields;
  }

  /** In place of ciphertext stands that it is some. */
  private static Map<String, Object> shown(Struct params) {
    Map<String, Object> shown = ValueJson.of(params);
    shown.replaceAll((_, value) ->
        value instanceof Map<?, ?> map && map.keySet().equals(Set.of(SealedParameters.MARK))
            ? "(sealed)"
            : value);
    return shown;
  }

  static Json.Fields json(Task task) {
    return Json.object()
        .put("id", task.getId())
        .put("job_id", task.getJobId())
        .put("host_id", task.getHostId())
        .put("host_name", task.getHostName())
        .put("state", TaskText.state(task.getState()))
        .put("attempt", task.getAttempt())
        .put("changed_at", Format.utc(task.hasChangedAt(), task.getChangedAt()))
        .put("reason", emptyToNull(TaskText.reason(task)))
        .put("message", emptyToNull(task.getMessage()))
        .put("result", task.hasResult() ? json(task.getResult()) : null)
        .put("denied_calls", task.getDeniedCalls())
        .put(
            "denials", task.getDenialsCount() == 0 ? null : DenialView.json(task.getDenialsList()));
  }

  private static Json.Fields json(AttemptResult result) {
    boolean exited = TaskText.outcome(result.getOutcome()).equals("exited");
    return Json.object()
        .put("outcome", TaskText.outcome(result.getOutcome()))
        .put("exit_code", exited ? result.getExitCode() : null)
        .put("signal", result.getSignal() == 0 ? null : result.getSignal())
        .put("message", emptyToNull(result.getMessage()))
        .put(
            "refusal",
            result.getRefusal() == RefusalReason.REFUSAL_REASON_UNSPECIFIED
                ? null
                : Format.name(result.getRefusal(), "REFUSAL_REASON_"))
        .put("started_at", Format.utc(result.hasStartedAt(), result.getStartedAt()))
        .put("ended_at", Format.utc(result.hasEndedAt(), result.getEndedAt()))
        .put("stdout_bytes", result.getStdoutBytes())
        .put("stderr_bytes", result.getStderrBytes())
        .put("stdout_dropped_bytes", result.getStdoutDroppedBytes())
        .put("stderr_dropped_bytes", result.getStderrDroppedBytes())
        .put("output_error", emptyToNull(result.getOutputError()))
        .put(
            "cpu_seconds",
            Format.seconds(result.getUse().hasCpuTime(), result.getUse().getCpuTime()))
        .put("memory_peak_bytes", result.getUse().getMemoryPeakBytes())
        .put("oom_kills", result.getUse().getOomKills())
        .put("pids_denied", result.getUse().getPidsDenied())
        .put("usage", SummaryView.json(result.getUse()))
        .put("network", NetworkView.json(result.getUse()))
        .put("snapshots", SnapshotView.json(result.getSnapshotsList()))
        .put("limits_hit", result.getLimitsHitList().stream().map(JobView::json).toList());
  }

  private static Json.Fields json(LimitHit hit) {
    return Json.object()
        .put("limit", hit.getLimit())
        .put("value", hit.getValue())
        .put("count", hit.getCount())
        .put("set_by", emptyToNull(hit.getSetBy()))
        .put("share", hit.getLimit().equals("cpu") ? hit.getShare() : null)
        .put("ended", hit.getEnded());
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }

  static Table jobs(List<Job> jobs, Style style, Instant now) {
    Table table = new Table("ID", "STATE", "DONE", "FAILED", "AGE", "BY", "WHAT");
    for (Job job : jobs) {
      TaskCounts counts = job.getCounts();
      table
          .row()
          .cell(job.getId())
          .state(state(job.getState()), style)
          .cell(counts.getSucceeded() + counts.getFailed() + "/" + counts.getTotal())
          .cell(Integer.toString(counts.getFailed()))
          .cell(job.hasCreatedAt() ? Format.age(job.getCreatedAt(), now) : "")
          .cell(job.getOperator())
          .cell(job.getTitle());
    }
    return table;
  }

  static Table tasks(List<Task> tasks, Style style) {
    Table table = new Table("HOST", "STATE", "ATTEMPT", "TOOK", "REASON");
    for (Task task : tasks) {
      AttemptResult result = task.getResult();
      table
          .row()
          .cell(task.getHostName())
          .state(TaskText.state(task.getState()), style)
          .cell(Integer.toString(task.getAttempt()))
          .cell(
              result.hasStartedAt() && result.hasEndedAt()
                  ? Format.took(
                      Duration.between(
                          Format.instant(result.getStartedAt()),
                          Format.instant(result.getEndedAt())))
                  : "")
          .cell(TaskText.reason(task));
    }
    return table;
  }

  static String details(Job job, Style style) {
    TaskCounts counts = job.getCounts();
    return new Details(style)
        .line("job", job.getId())
        .line("what", job.getTitle())
        .state("state", state(job.getState()))
        .line("by", job.getOperator())
        .line("created", job.hasCreatedAt() ? Format.local(job.getCreatedAt()) : "")
        .line("ended", job.hasEndedAt() ? Format.local(job.getEndedAt()) : "")
        .line(
            "cancelled",
            job.hasCancelRequestedAt()
                ? "asked for at " + Format.local(job.getCancelRequestedAt())
                : "")
        .line(
            "output",
            job.hasOutputRemovedAt()
                ? "removed at " + Format.local(job.getOutputRemovedAt()) + ", because of its age"
                : "")
        .line("expires", job.hasExpiresAt() ? Format.local(job.getExpiresAt()) : "")
        .line(
            "tasks",
            counts.getTotal()
                + " ("
                + counts.getQueued()
                + " queued, "
                + counts.getRunning()
                + " running, "
                + counts.getSucceeded()
                + " succeeded, "
                + counts.getFailed()
                + " failed)")
        .toString();
  }
}
