package dev.hostler.cli.fake;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.CommandLine;
import dev.hostler.proto.v1.Host;
import dev.hostler.proto.v1.HostFacts;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobEvent;
import dev.hostler.proto.v1.JobOutput;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.Task;
import dev.hostler.proto.v1.TaskCounts;
import dev.hostler.proto.v1.TaskState;
import java.nio.charset.StandardCharsets;

/** Messages to answer with. */
public final class Samples {
  private Samples() {}

  /** Seconds since 1970. */
  public static Timestamp at(long seconds) {
    return Timestamp.newBuilder().setSeconds(seconds).build();
  }

  /** A connected host. */
  public static Host host(String name) {
    return Host.newBuilder()
        .setId("id-" + name)
        .setName(name)
        .setConnected(true)
        .setEnrolledAt(at(1000))
        .setLastSeenAt(at(2000))
        .putLabels("env", "prod")
        .setFacts(
            HostFacts.newBuilder()
                .setHostname(name)
                .setOsId("debian")
                .setOsVersion("12")
                .setOsName("Debian GNU/Linux 12")
                .setKernel("6.1.0")
                .setArch("x86_64")
                .setCpus(2)
                .setMemoryBytes(4L << 30)
                .addAddresses("192.0.2.1")
                .setAgentVersion("1.0")
                .setCgroupVersion("v2"))
        .build();
  }

  /** A job of {@code total} hosts that runs. */
  public static Job running(int total) {
    return Job.newBuilder()
        .setId("job-1")
        .setOperator("admin")
        .setState(JobState.JOB_STATE_RUNNING)
        .setTitle("uname -a")
        .setCreatedAt(at(1000))
        .setExpiresAt(at(4600))
        .setCounts(TaskCounts.newBuilder().setTotal(total).setRunning(total))
        .setCommand(CommandLine.newBuilder().addArgv("uname").addArgv("-a"))
        .build();
  }

  /** The same job at its end. */
  public static Job ended(int succeeded, int failed) {
    return running(succeeded + failed).toBuilder()
        .setState(failed == 0 ? JobState.JOB_STATE_SUCCEEDED : JobState.JOB_STATE_FAILED)
        .setEndedAt(at(1002))
        .setCounts(
            TaskCounts.newBuilder()
                .setTotal(succeeded + failed)
                .setSucceeded(succeeded)
                .setFailed(failed))
        .build();
  }

  /** A task of {@code host}. */
  public static Task task(String host, TaskState state) {
    return Task.newBuilder()
        .setId("task-" + host)
        .setJobId("job-1")
        .setHostId("id-" + host)
        .setHostName(host)
        .setState(state)
        .setAttempt(1)
        .build();
  }

  /** A task that ended by itself. */
  public static Task exited(String host, int code) {
    return ended(
        host,
        code == 0 ? TaskState.TASK_STATE_SUCCEEDED : TaskState.TASK_STATE_FAILED,
        AttemptResult.newBuilder().setOutcome(Outcome.OUTCOME_EXITED).setExitCode(code));
  }

  /** A task with a result. */
  public static Task ended(String host, TaskState state, AttemptResult.Builder result) {
    return task(host, state).toBuilder()
        .setResult(result.setStartedAt(at(1000)).setEndedAt(at(1001)))
        .build();
  }

  /** A piece of output. */
  public static JobOutput output(String host, OutputStream stream, long offset, byte[] bytes) {
    return JobOutput.newBuilder()
        .setTaskId("task-" + host)
        .setHostId("id-" + host)
        .setHostName(host)
        .setStream(stream)
        .setOffset(offset)
        .setData(ByteString.copyFrom(bytes))
        .build();
  }

  /** A piece of stdout. */
  public static JobOutput stdout(String host, long offset, String text) {
    return output(
        host, OutputStream.OUTPUT_STREAM_STDOUT, offset, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A piece of stderr. */
  public static JobOutput stderr(String host, long offset, String text) {
    return output(
        host, OutputStream.OUTPUT_STREAM_STDERR, offset, text.getBytes(StandardCharsets.UTF_8));
  }

  /** As an event. */
  public static JobEvent event(Job job) {
    return JobEvent.newBuilder().setJob(job).build();
  }

  /** As an event. */
  public static JobEvent event(Task task) {
    return JobEvent.newBuilder().setTask(task).build();
  }

  /** As an event. */
  public static JobEvent event(JobOutput output) {
    return JobEvent.newBuilder().setOutput(output).build();
  }
}
