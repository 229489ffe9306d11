package dev.hostler.lab.bench;

import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobEvent;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.proto.v1.WatchJobRequest;
import java.util.Iterator;

/**
 * When things were seen of one job, in nanoseconds since the client began to look for its hosts.
 *
 * @param started the first task was seen running or later
 * @param firstOutput the first byte of output arrived; 0 if none did
 * @param ended the job was seen ended
 * @param bytes output bytes that arrived
 */
record JobTimes(long started, long firstOutput, long ended, long bytes) {

  /** Signs and submits a command and watches it and its output to its end. */
  static JobTimes command(OperatorClient client, String selector, String... argv) {
    return command(client, true, selector, argv);
  }

  /**
   * Finds the hosts, signs and submits a command and watches it to its end, with its output or
   * without.
   */
  static JobTimes command(OperatorClient client, boolean output, String selector, String... argv) {
    long begin = System.nanoTime();
    Job job = client.jobs().submitJob(client.command(selector, argv));
    Iterator<JobEvent> events =
        client
            .jobs()
            .watchJob(WatchJobRequest.newBuilder().setJobId(job.getId()).setOutput(output).build());
    long started = 0;
    long firstOutput = 0;
    long ended = 0;
    long bytes = 0;
    while (events.hasNext()) {
      JobEvent event = events.next();
      long now = System.nanoTime() - begin;
      if (event.hasTask()
          && started == 0
          && event.getTask().getState().getNumber() >= TaskState.TASK_STATE_RUNNING_VALUE) {
        started = now;
      }
      if (event.hasOutput()) {
        if (firstOutput == 0) {
          firstOutput = now;
        }
        bytes += event.getOutput().getData().size();
      }
      if (event.hasJob() && event.getJob().getState() != JobState.JOB_STATE_RUNNING) {
        ended = now;
        if (event.getJob().getState() != JobState.JOB_STATE_SUCCEEDED) {
          throw new IllegalStateException("the job did not succeed: " + event.getJob());
        }
      }
    }
    return new JobTimes(started, firstOutput, ended, bytes);
  }
}
