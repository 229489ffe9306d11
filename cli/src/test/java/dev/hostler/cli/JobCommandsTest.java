package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.event;
import static dev.hostler.cli.fake.Samples.exited;
import static dev.hostler.cli.fake.Samples.running;
import static dev.hostler.cli.fake.Samples.stderr;
import static dev.hostler.cli.fake.Samples.stdout;
import static dev.hostler.cli.fake.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.hostler.cli.fake.FakeController;
import dev.hostler.proto.v1.ActionCall;
import dev.hostler.proto.v1.ActionName;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.ListJobsRequest;
import dev.hostler.proto.v1.ListJobsResponse;
import dev.hostler.proto.v1.ListTasksResponse;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.ReadOutputRequest;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.proto.v1.WatchJobRequest;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class JobCommandsTest extends CliTest {

  private void job(Job job) {
    controller.answer(JobServiceGrpc.getGetJobMethod(), request -> job);
  }

  @Test
  void jobsAreListed() {
    controller.answer(
        JobServiceGrpc.getListJobsMethod(),
        request ->
            ListJobsResponse.newBuilder()
                .addJobs(running(3))
                .addJobs(ended(2, 1))
                .setNextPageToken(request.getPageToken().isEmpty() ? "2" : "")
                .build());
    Result result = run("job", "list", "--state", "failed", "--limit", "4");

    assertThat(result.out().lines().toList()).hasSize(5);
    assertThat(result.out()).contains("running", "0/3", "failed", "3/3", "uname -a");
    assertThat(controller.requests(ListJobsRequest.class))
        .extracting(ListJobsRequest::getState)
        .containsOnly(JobState.JOB_STATE_FAILED);
    assertThat(run("job", "list", "-o", "json").json().at("/1/counts/failed").intValue())
        .isEqualTo(1);
    assertThat(run("job", "list", "--state", "odd").err()).contains("running", "cancelled");
    assertThat(run("job", "list", "--limit", "0").code()).isEqualTo(2);
  }

  @Test
  void aJobIsShownWithItsTasks() {
    job(
        ended(1, 1).toBuilder()
            .setAction(
                ActionCall.newBuilder()
                    .setName(ActionName.newBuilder().setBundle("b").setVersion("1").setAction("x"))
                    .setParams(
                        Struct.newBuilder()
                            .putFields("n", Value.newBuilder().setNumberValue(2).build())
                            .putFields("f", Value.newBuilder().setNumberValue(2.5).build())
                            .putFields("t", Value.newBuilder().setBoolValue(true).build())
                            .putFields(
                                "nil",
                                Value.newBuilder()
                                    .setNullValue(com.google.protobuf.NullValue.NULL_VALUE)
                                    .build())))
            .setCancelRequestedAt(running(1).getCreatedAt())
            .build());
    controller.answer(
        JobServiceGrpc.getListTasksMethod(),
        request ->
            request.getPageToken().isEmpty()
                ? ListTasksResponse.newBuilder()
                    .addTasks(exited("a", 0))
                    .setNextPageToken("2")
                    .build()
                : ListTasksResponse.newBuilder().addTasks(exited("b", 3)).build());
    Result result = run("job", "show", "job-1");

    assertThat(result.out()).contains("job-1", "1 succeeded, 1 failed");
    assertThat(result.out().lines().map(line -> line.replaceAll(" +", " ")))
        .contains("a succeeded 1 1.00 s -", "b failed 1 1.00 s exit code 3");
    JsonNode json = run("job", "show", "job-1", "-o", "json").json();
    assertThat(json.at("/tasks/1/result/exit_code").intValue()).isEqualTo(3);
    assertThat(json.at("/tasks/1/reason").stringValue()).isEqualTo("exit code 3");
    assertThat(json.at("/params/n").toString()).isEqualTo("2");
    assertThat(json.at("/params/f").toString()).isEqualTo("2.5");
    assertThat(json.at("/params/nil").isNull()).isTrue();
  }

  @Test
  void logsPrintOutputOfAllOrOfOne() {
    job(ended(2, 0));
    controller.stream(
        JobServiceGrpc.getReadOutputMethod(),
        (request, answers) -> {
          if (request.getStream() != OutputStream.OUTPUT_STREAM_STDERR) {
            answers.onNext(stdout("a", 0, "out"));
          }
          if (request.getStream() != OutputStream.OUTPUT_STREAM_STDOUT) {
            answers.onNext(stderr("a", 0, "err\n"));
          }
          answers.onCompleted();
        });
    Result both = run("job", "logs", "job-1");
    assertThat(both.code()).as(both.err()).isZero();
    assertThat(both.out()).isEqualTo("a | out\n");
    assertThat(both.err()).isEqualTo("a | err\n");

    Result one = run("job", "logs", "job-1", "--host", "a", "--stdout");
    assertThat(one.out()).isEqualTo("out");
    assertThat(one.err()).isEmpty();
    assertThat(run("job", "logs", "--stderr", "job-1").out()).isEmpty();
    assertThat(controller.requests(ReadOutputRequest.class).get(1).getHostsList())
        .containsExactly("a");
    assertThat(run("job", "logs", "--stderr", "--stdout", "job-1").code()).isEqualTo(2);
    assertThat(json(run("job", "logs", "--stdout", "job-1", "-o", "json").out()).get("text"))
        .hasToString("\"out\"");
  }

  @Test
  void logsGoOnAfterABreakWithoutRepeating() {
    AtomicInteger reads = new AtomicInteger();
    job(running(1));
    controller.stream(
        JobServiceGrpc.getReadOutputMethod(),
        (request, answers) -> {
          answers.onNext(stdout("a", 0, "one\n"));
          if (reads.incrementAndGet() == 1) {
            throw FakeController.refuse(Status.UNAVAILABLE, "restarting");
          }
          answers.onNext(stdout("a", 4, "two\n"));
          answers.onCompleted();
        });
    Result result = run("job", "logs", "-f", "job-1");

    assertThat(result.out()).isEqualTo("one\ntwo\n");
    assertThat(result.err()).contains("lost the controller", "connected again");
    assertThat(controller.requests(ReadOutputRequest.class).getFirst().getFollow()).isTrue();
  }

  @Test
  void watchingShowsWhatRunShows() {
    job(running(2));
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          answers.onNext(event(task("a", TaskState.TASK_STATE_RUNNING)));
          if (request.getOutput()) {
            answers.onNext(event(stdout("a", 0, "hi\n")));
          }
          answers.onNext(event(exited("a", 0)));
          answers.onNext(event(exited("b", 9)));
          answers.onNext(event(ended(1, 1)));
          answers.onCompleted();
        });
    Result result = run("job", "watch", "job-1");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("a | hi\n");
    assertThat(result.err()).contains("1 of 2 hosts succeeded", "b  exit code 9");

    Result states = run("job", "watch", "--no-output", "job-1");
    assertThat(states.out()).isEqualTo("a  succeeded\nb  failed  exit code 9\n");
    assertThat(controller.requests(WatchJobRequest.class).getLast().getOutput()).isFalse();

    assertThat(run("job", "watch", "job-1", "-o", "json").out().lines().map(CliTest::json))
        .extracting(line -> line.get("type").stringValue())
        .containsExactly("job", "task", "output", "task", "task", "job");
  }

  @Test
  void cancellingSaysWhatIsStillRunning() {
    controller.answer(JobServiceGrpc.getCancelJobMethod(), request -> running(2));
    assertThat(run("job", "cancel", "job-1").out()).contains("being cancelled; 2 still running");
    controller.answer(JobServiceGrpc.getCancelJobMethod(), request -> ended(1, 0));
    assertThat(run("job", "cancel", "job-1").out()).contains("has ended: succeeded");
    assertThat(run("job", "cancel", "job-1", "-o", "json").json().get("state").stringValue())
        .isEqualTo("succeeded");
  }

  @Test
  void anUnknownJobIsAMistake() {
    controller.answer(
        JobServiceGrpc.getGetJobMethod(),
        request -> {
          throw FakeController.refuse(Status.NOT_FOUND, "no job \"x\"");
        });
    for (String verb : new String[] {"show", "logs", "watch"}) {
      Result result = run("job", verb, "x");
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).contains("no job \"x\"");
    }
  }
}
