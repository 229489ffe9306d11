package dev.hostler.controller.api;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.util.JsonFormat;
import dev.hostler.controller.denial.Denial;
import dev.hostler.controller.job.AttemptResult;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobState;
import dev.hostler.controller.job.NetworkUse;
import dev.hostler.controller.job.Task;
import dev.hostler.controller.job.UsageSummary;
import dev.hostler.controller.job.Work;
import dev.hostler.controller.link.LimitFields;
import dev.hostler.proto.v1.ActionCall;
import dev.hostler.proto.v1.ActionName;
import dev.hostler.proto.v1.CommandLine;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.RefusalReason;
import dev.hostler.proto.v1.ResourceUse;
import dev.hostler.proto.v1.TaskCounts;
import dev.hostler.proto.v1.TaskDenials;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.trust.job.SignedJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Jobs and tasks as messages. */
final class JobMessages {
  private JobMessages() {}

  /** A job with what its operator signed. */
  static dev.hostler.proto.v1.Job job(Job job, Optional<SignedJob> signed) {
    dev.hostler.proto.v1.Job.Builder message = job(job).toBuilder();
    signed.ifPresent(bytes ->
        message.setSigned(
            dev.hostler.proto.v1.SignedJob.newBuilder()
                .setStatement(UnsafeByteOperations.unsafeWrap(bytes.statement()))
                .setSignature(UnsafeByteOperations.unsafeWrap(bytes.signature()))));
    return message.build();
  }

  static dev.hostler.proto.v1.Job job(Job job) {
    dev.hostler.proto.v1.Job.Builder message =
        dev.hostler.proto.v1.Job.newBuilder()
            .setId(job.id().toString())
            .setOperator(job.operator())
            .setState(state(job.state()))
            .setTitle(job.title())
            .setCreatedAt(timestamp(job.createdAt()))
            .setExpiresAt(timestamp(job.expiresAt()))
            .setConcurrency(job.concurrency())
            .setCounts(
                TaskCounts.newBuilder()
                    .setTotal(job.counts().total())
                    .setQueued(job.counts().queued())
                    .setRunning(job.counts().running())
                    .setSucceeded(job.counts().succeeded())
                    .setFailed(job.counts().failed()));
    if (job.endedAt() != null) {
      message.setEndedAt(timestamp(job.endedAt()));
    }
    if (job.cancelRequestedAt() != null) {
      message.setCancelRequestedAt(timestamp(job.cancelRequestedAt()));
    }
    if (job.outputRemovedAt() != null) {
      message.setOutputRemovedAt(timestamp(job.outputRemovedAt()));
    }
    if (job.timeout() != null) {
      message.setTimeout(duration(job.timeout()));
    }
    switch (job.work()) {
      case Work.Command(var argv) -> message.setCommand(CommandLine.newBuilder().addAllArgv(argv));
      case Work.Action action ->
          message.setAction(
              ActionCall.newBuilder()
                  .setName(
                      ActionName.newBuilder()
                          .setBundle(action.bundle())
                          .setVersion(action.version())
                          .setAction(action.action()))
                  .setParams(struct(action.params())));
    }
    return message.build();
  }

  private static Struct struct(String json) {
    Struct.Builder struct = Struct.newBuilder();
    try {
      JsonFormat.parser().merge(json, struct);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("stored parameters are a JSON object", e);
    }
    return struct.build();
  }

  static dev.hostler.proto.v1.JobState state(JobState state) {
    return switch (state) {
      case RUNNING -> dev.hostler.proto.v1.JobState.JOB_STATE_RUNNING;
      case SUCCEEDED -> dev.hostler.proto.v1.JobState.JOB_STATE_SUCCEEDED;
      case FAILED -> dev.hostler.proto.v1.JobState.JOB_STATE_FAILED;
      case CANCELLED -> dev.hostler.proto.v1.JobState.JOB_STATE_CANCELLED;
    };
  }

  static dev.hostler.proto.v1.Task task(Task task) {
    dev.hostler.proto.v1.Task.Builder message =
        dev.hostler.proto.v1.Task.newBuilder()
            .setId(task.id().toString())
            .setJobId(task.jobId().toString())
            .setHostId(task.hostId().toString())
            .setHostName(task.hostName())
            .setState(TaskState.forNumber(task.state().code()))
            .setAttempt(task.attempt())
            .setChangedAt(timestamp(task.changedAt()))
            .setMessage(task.message())
            .setDeniedCalls(task.deniedCalls());
    AttemptResult result = task.result();
    if (result != null) {
      message.setResult(result(result));
    }
    return message.build();
  }

  /** A task with its denied system calls. */
  static dev.hostler.proto.v1.Task task(Task task, List<Denial> denials) {
    return task(task).toBuilder()
        .addAllDenials(denials.stream().map(JobMessages::denial).toList())
        .build();
  }

  static TaskDenials denials(Task task, List<Denial> denials) {
    return TaskDenials.newBuilder()
        .setTaskId(task.id().toString())
        .setHostId(task.hostId().toString())
        .setHostName(task.hostName())
        .setAttempt(task.attempt())
        .addAllDenials(denials.stream().map(JobMessages::denial).toList())
        .build();
  }

  private static dev.hostler.proto.v1.Denial denial(Denial denial) {
    return dev.hostler.proto.v1.Denial.newBuilder()
        .setSlot(denial.slot())
        .setCall(denial.call())
        .setDetail(denial.detail())
        .setCount(denial.count())
        .setFirstAt(timestamp(denial.firstAt()))
        .setLastAt(timestamp(denial.lastAt()))
        .setThread(denial.thread())
        .setRoutine(denial.routine())
        .build();
  }

  private static dev.hostler.proto.v1.AttemptResult result(AttemptResult result) {
    dev.hostler.proto.v1.AttemptResult.Builder message =
        dev.hostler.proto.v1.AttemptResult.newBuilder()
            .setOutcome(Outcome.forNumber(result.outcome().code()))
            .setExitCode(result.exitCode())
            .setSignal(result.signal())
            .setMessage(result.message())
            .setRefusal(RefusalReason.forNumber(result.refusal().code()))
            .setStdoutBytes(result.stdout().bytes())
            .setStderrBytes(result.stderr().bytes())
            .setStdoutDroppedBytes(result.stdout().droppedBytes())
            .setStderrDroppedBytes(result.stderr().droppedBytes())
            .setOutputError(result.outputError())
            .addAllLimitsHit(result.limitsHit().stream().map(LimitFields::message).toList())
            .setLearned(result.learned())
            .addAllSnapshots(result.snapshots().stream().map(SnapshotMessages::result).toList())
            .setUse(
                ResourceUse.newBuilder()
                    .setCpuTime(duration(Duration.ofNanos(result.use().cpuNanos())))
                    .setMemoryPeakBytes(result.use().memoryPeakBytes())
                    .setOomKills(result.use().oomKills())
                    .setPidsDenied(result.use().pidsDenied()));
    @Nullable UsageSummary use = result.use().summary();
    if (use != null) {
      message.getUseBuilder().setSummary(UsageMessages.summary(use));
    }
    @Nullable NetworkUse network = result.use().network();
    if (network != null) {
      message.getUseBuilder().setNetwork(NetworkMessages.use(network));
    }
    @Nullable Instant started = result.startedAt();
    if (started != null) {
      message.setStartedAt(timestamp(started));
    }
    @Nullable Instant ended = result.endedAt();
    if (ended != null) {
      message.setEndedAt(timestamp(ended));
    }
    return message.build();
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static com.google.protobuf.Duration duration(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
