package dev.hostler.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.link.EngineFixture;
import dev.hostler.controller.link.ScriptedAgent;
import dev.hostler.controller.link.TestJob;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.CancelJobRequest;
import dev.hostler.proto.v1.GetJobRequest;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobEvent;
import dev.hostler.proto.v1.JobOutput;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.ListJobsRequest;
import dev.hostler.proto.v1.ListTasksRequest;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.OutputPosition;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.ReadOutputRequest;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.proto.v1.Task;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.proto.v1.WatchJobRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class JobEndpointTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private EngineFixture engine;
  private JobServiceGrpc.JobServiceBlockingStub jobs;
  private String name;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    jobs = JobServiceGrpc.newBlockingStub(engine.channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    name = "h-" + UUID.randomUUID();
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private Job submit(String... hosts) {
    return jobs.submitJob(TestJob.command("echo", "hi").wire(engine.ids(List.of(hosts))));
  }

  private List<String> hosts(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("w%04d-%s".formatted(i, name));
      engine.host(names.getLast());
    }
    return names;
  }

  /** Checks the order of a watch and gathers the output by task. */
  private static Map<String, ByteArrayOutputStream> gather(Iterator<JobEvent> events, int tasks) {
    Map<String, ByteArrayOutputStream> output = new HashMap<>();
    Map<String, TaskState> states = new HashMap<>();
    assertThat(events.next().hasJob()).as("first the job").isTrue();
    JobEvent last = null;
    Job job = null;
    while (events.hasNext()) {
      last = events.next();
      switch (last.getEventCase()) {
        case JOB -> job = last.getJob();
        case TASK -> states.put(last.getTask().getId(), last.getTask().getState());
        case OUTPUT -> {
          JobOutput piece = last.getOutput();
          assertThat(
                  states.getOrDefault(piece.getTaskId(), TaskState.TASK_STATE_QUEUED).getNumber())
              .as("no output after the end of a task")
              .isLessThan(TaskState.TASK_STATE_SUCCEEDED_VALUE);
          var bytes =
              output.computeIfAbsent(
                  piece.getTaskId() + piece.getStreamValue(), _ -> new ByteArrayOutputStream());
          assertThat(piece.getOffset()).isEqualTo(bytes.size());
          bytes.writeBytes(piece.getData().toByteArray());
        }
        default -> throw new AssertionError(last);
      }
    }
    assertThat(states).hasSize(tasks);
    assertThat(states.values())
        .allMatch(s -> s.getNumber() >= TaskState.TASK_STATE_SUCCEEDED_VALUE);
    assertThat(last.hasJob()).as("the end of the job comes last").isTrue();
    assertThat(job.getState()).isNotEqualTo(JobState.JOB_STATE_RUNNING);
    return output;
  }

  @Test
  void watchesManyHostsLiveWithAllOutputBeforeEachEnd() {
    List<String> names = hosts(20);
    List<ScriptedAgent> agents = new ArrayList<>();
    for (String each : names) {
      ScriptedAgent agent = engine.connect(engine.hosts.get(each).id());
      agent.slots(1);
      agents.add(agent);
    }
    Job job = submit(names.toArray(String[]::new));
    Iterator<JobEvent> events =
        jobs.watchJob(WatchJobRequest.newBuilder().setJobId(job.getId()).setOutput(true).build());
    for (ScriptedAgent agent : agents) {
      Thread.ofVirtual()
          .start(() -> {
            AttemptRef ref = agent.awaitAssignment().getRef();
            agent.running(ref);
            for (int i = 0; i < 50; i++) {
              agent.stdout(ref, i * 10L, "0123456789".getBytes(StandardCharsets.US_ASCII));
            }
            agent.output(ref, OutputStream.OUTPUT_STREAM_STDERR, 0, new byte[7]);
            agent.ended(
                ref,
                AttemptResult.newBuilder()
                    .setOutcome(Outcome.OUTCOME_EXITED)
                    .setStdoutBytes(500)
                    .setStderrBytes(7));
            agent.awaitResultAck(ref);
          });
    }
    var output = gather(events, 20);
    assertThat(output).hasSize(40);
    output.forEach(
        (stream, bytes) -> assertThat(bytes.size()).isEqualTo(stream.endsWith("1") ? 500 : 7));
    agents.forEach(ScriptedAgent::close);
  }

  @Test
  void watchesAJobThatIsLongOverAndResumesAtPositions() {
    String host = hosts(1).getFirst();
    ScriptedAgent agent = engine.connect(engine.hosts.get(host).id());
    agent.slots(1);
    Job job = submit(host);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.stdout(ref, 0, "hello ".getBytes());
    agent.stdout(ref, 6, "world".getBytes());
    agent.ended(
        ref,
        AttemptResult.newBuilder()
            .setOutcome(Outcome.OUTCOME_EXITED)
            .setExitCode(4)
            .setStdoutBytes(11)
            .setStdoutDroppedBytes(99));
    agent.awaitResultAck(ref);
    List<JobEvent> events = new ArrayList<>();
    jobs.watchJob(
            WatchJobRequest.newBuilder()
                .setJobId(job.getId())
                .setOutput(true)
                .addPositions(
                    OutputPosition.newBuilder()
                        .setTaskId(ref.getTaskId())
                        .setStream(OutputStream.OUTPUT_STREAM_STDOUT)
                        .setOffset(8))
                .build())
        .forEachRemaining(events::add);
    assertThat(events).hasSize(4);
    assertThat(events.get(0).getJob().getState()).isEqualTo(JobState.JOB_STATE_FAILED);
    assertThat(events.get(1).getOutput().getData().toStringUtf8()).isEqualTo("rld");
    assertThat(events.get(1).getOutput().getOffset()).isEqualTo(8);
    assertThat(events.get(2).getOutput().getDroppedBytes()).isEqualTo(99);
    assertThat(events.get(2).getOutput().getOffset()).isEqualTo(11);
    assertThat(events.get(3).getTask().getResult().getExitCode()).isEqualTo(4);
    agent.close();
  }

  @Test
  void slowsASlowReaderAndLosesNothing() throws Exception {
    String host = hosts(1).getFirst();
    ScriptedAgent agent = engine.connect(engine.hosts.get(host).id());
    agent.slots(1);
    Job job = submit(host);
    AttemptRef ref = agent.awaitAssignment().getRef();
    byte[] bytes = new byte[64 << 20];
    new Random(3).nextBytes(bytes);
    for (int at = 0; at < bytes.length; at += 1 << 20) {
      agent.stdout(ref, at, java.util.Arrays.copyOfRange(bytes, at, at + (1 << 20)));
      agent.awaitAck(ref, at + (1L << 20)); // the agent is not slowed by any reader
    }
    agent.exited(ref, 0, bytes.length);
    agent.awaitResultAck(ref);
    AtomicInteger received = new AtomicInteger();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    CompletableFuture<ClientCallStreamObserver<WatchJobRequest>> call = new CompletableFuture<>();
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    JobServiceGrpc.newStub(engine.channel)
        .watchJob(
            WatchJobRequest.newBuilder().setJobId(job.getId()).setOutput(true).build(),
            new ClientResponseObserver<WatchJobRequest, JobEvent>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<WatchJobRequest> stream) {
                stream.disableAutoRequestWithInitial(1);
                call.complete(stream);
              }

              @Override
              public void onNext(JobEvent event) {
                all.writeBytes(event.getOutput().getData().toByteArray());
                received.incrementAndGet();
              }

              @Override
              public void onError(Throwable t) {
                over.completeExceptionally(t);
              }

              @Override
              public void onCompleted() {
                over.complete(true);
              }
            });
    await().until(() -> received.get() == 1);
    await().during(500, TimeUnit.MILLISECONDS).until(() -> received.get() == 1);
    // Others go on meanwhile, and what waits for this reader stays in the database.
    assertThat(jobs.getJob(GetJobRequest.newBuilder().setJobId(job.getId()).build()).getState())
        .isEqualTo(JobState.JOB_STATE_SUCCEEDED);
    call.get().request(10_000);
    assertThat(over.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(all.toByteArray()).isEqualTo(bytes);
    agent.close();
  }

  @Test
  void endsAWatchWhoseReaderHasGoneAway() throws Exception {
    Job job = submit(hosts(1).getFirst());
    CompletableFuture<ClientCallStreamObserver<WatchJobRequest>> call = new CompletableFuture<>();
    CompletableFuture<Status> over = new CompletableFuture<>();
    JobServiceGrpc.newStub(engine.channel)
        .watchJob(
            WatchJobRequest.newBuilder().setJobId(job.getId()).build(),
            new ClientResponseObserver<WatchJobRequest, JobEvent>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<WatchJobRequest> stream) {
                call.complete(stream);
              }

              @Override
              public void onNext(JobEvent event) {}

              @Override
              public void onError(Throwable t) {
                over.complete(Status.fromThrowable(t));
              }

              @Override
              public void onCompleted() {}
            });
    await().until(() -> watchers() > 0);
    call.get().cancel("gone", null);
    assertThat(over.get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.CANCELLED);
    await().until(() -> watchers() == 0);
  }

  private int watchers() {
    return engine.engine.changes().watched();
  }

  @Test
  void readsOutputTaskByTaskInOrderOfHostNames() {
    List<String> names = hosts(3);
    Job job = submit(names.toArray(String[]::new));
    for (String each : names.reversed()) {
      ScriptedAgent agent = engine.connect(engine.hosts.get(each).id());
      agent.slots(1);
      AttemptRef ref = agent.awaitAssignment().getRef();
      agent.stdout(ref, 0, ("out of " + each).getBytes());
      agent.output(ref, OutputStream.OUTPUT_STREAM_STDERR, 0, "err".getBytes());
      agent.awaitAck(ref, 3);
      if (!each.equals(names.getLast())) {
        agent.exited(ref, 0, ("out of " + each).length());
        agent.awaitResultAck(ref);
      }
      agent.close();
    }
    StringBuilder text = new StringBuilder();
    jobs.readOutput(
            ReadOutputRequest.newBuilder()
                .setJobId(job.getId())
                .setStream(OutputStream.OUTPUT_STREAM_STDOUT)
                .build())
        .forEachRemaining(piece -> text.append(piece.getData().toStringUtf8()).append('|'));
    assertThat(text)
        .hasToString(
            "out of %s|out of %s|out of %s|".formatted(names.get(0), names.get(1), names.get(2)));
    List<JobOutput> one = new ArrayList<>();
    jobs.readOutput(
            ReadOutputRequest.newBuilder()
                .setJobId(job.getId())
                .addHosts(names.get(1).toUpperCase(java.util.Locale.ROOT))
                .setFollow(true)
                .build())
        .forEachRemaining(one::add);
    assertThat(one).as("ends although another host still runs").hasSize(2);
    assertThatThrownBy(() ->
            jobs.readOutput(
                    ReadOutputRequest.newBuilder().setJobId(job.getId()).addHosts("nobody").build())
                .hasNext())
        .hasMessageContaining("NOT_FOUND")
        .hasMessageContaining("nobody");
  }

  @Test
  void listsInPages() {
    List<String> names = hosts(5);
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(submit(names.toArray(String[]::new)).getId());
    }
    jobs.cancelJob(CancelJobRequest.newBuilder().setJobId(made.getFirst()).build());
    List<String> listed = new ArrayList<>();
    String token = "";
    for (int page = 0; page < 3; page++) {
      var response =
          jobs.listJobs(ListJobsRequest.newBuilder().setPageSize(2).setPageToken(token).build());
      response.getJobsList().forEach(job -> listed.add(job.getId()));
      token = response.getNextPageToken();
    }
    assertThat(listed).startsWith(made.toArray(String[]::new));
    List<String> hosts = new ArrayList<>();
    token = "";
    do {
      var response =
          jobs.listTasks(
              ListTasksRequest.newBuilder()
                  .setJobId(made.get(0))
                  .setPageSize(2)
                  .setPageToken(token)
                  .build());
      response.getTasksList().stream().map(Task::getHostName).forEach(hosts::add);
      token = response.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(hosts).isEqualTo(names);
    for (var wanted :
        Map.of(
                JobState.JOB_STATE_CANCELLED, 0,
                JobState.JOB_STATE_RUNNING, 1)
            .entrySet()) {
      assertThat(
              jobs.listJobs(ListJobsRequest.newBuilder().setState(wanted.getKey()).build())
                  .getJobs(0)
                  .getId())
          .isEqualTo(made.get(wanted.getValue()));
    }
  }

  @Test
  void showsWhatWasSigned() {
    var request = TestJob.command("echo", "hi").wire(engine.ids(hosts(2)));
    String id = jobs.submitJob(request).getId();
    assertThat(jobs.getJob(GetJobRequest.newBuilder().setJobId(id).build()).getSigned())
        .isEqualTo(request.getJob());
  }

  @Test
  void turnsDownWhatMakesNoSense() {
    assertThatThrownBy(() -> jobs.getJob(GetJobRequest.newBuilder().setJobId("x").build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("INVALID_ARGUMENT: job_id: \"x\"");
    String unknown = UUID.randomUUID().toString();
    assertThatThrownBy(() -> jobs.getJob(GetJobRequest.newBuilder().setJobId(unknown).build()))
        .hasMessageContaining("NOT_FOUND: job_id");
    assertThatThrownBy(
            () -> jobs.listTasks(ListTasksRequest.newBuilder().setJobId(unknown).build()))
        .hasMessageContaining("NOT_FOUND");
    assertThatThrownBy(
            () -> jobs.cancelJob(CancelJobRequest.newBuilder().setJobId(unknown).build()))
        .hasMessageContaining("NOT_FOUND");
    assertThatThrownBy(
            () -> jobs.watchJob(WatchJobRequest.newBuilder().setJobId(unknown).build()).hasNext())
        .hasMessageContaining("NOT_FOUND");
    assertThatThrownBy(() -> jobs.listJobs(ListJobsRequest.newBuilder().setPageToken("%%").build()))
        .hasMessageContaining("INVALID_ARGUMENT: page_token");
    assertThatThrownBy(() -> jobs.listJobs(ListJobsRequest.newBuilder().setPageSize(1001).build()))
        .hasMessageContaining("page_size");
    assertThatThrownBy(() ->
            jobs.watchJob(
                    WatchJobRequest.newBuilder()
                        .setJobId(unknown)
                        .addPositions(OutputPosition.newBuilder().setTaskId(unknown))
                        .build())
                .hasNext())
        .hasMessageContaining("positions.stream");
    assertThatThrownBy(() -> jobs.submitJob(SubmitJobRequest.getDefaultInstance()))
        .hasMessageContaining("INVALID_ARGUMENT: job: UNSIGNED");
    UUID nobody = UUID.randomUUID();
    assertThatThrownBy(() -> jobs.submitJob(TestJob.command("id").wire(List.of(nobody))))
        .hasMessageContaining("NOT_FOUND: hosts: the fleet has no host \"" + nobody);
  }
}
