package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Timestamp;
import dev.hostler.controller.audit.AuditFilter;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.TaskState;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AttemptDenials;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.Denial;
import dev.hostler.proto.v1.JobEvent;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListTasksRequest;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.WatchJobRequest;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Denied system calls: from agents' frames to operators' eyes. */
class DenialsTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private EngineFixture engine;
  private String name;
  private UUID host;
  private JobServiceGrpc.JobServiceBlockingStub jobs;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    name = "h-" + UUID.randomUUID();
    host = engine.host(name);
    jobs = JobServiceGrpc.newBlockingStub(engine.channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private static Denial.Builder denial(int slot, String call, long count) {
    return Denial.newBuilder()
        .setSlot(slot)
        .setCall(call)
        .setDetail("/mnt")
        .setCount(count)
        .setFirstAt(Timestamp.newBuilder().setSeconds(1000))
        .setLastAt(Timestamp.newBuilder().setSeconds(1000 + count))
        .setThread(77);
  }

  private static void told(ScriptedAgent agent, AttemptRef ref, Denial.Builder... denials) {
    AttemptDenials.Builder frame = AttemptDenials.newBuilder().setRef(ref);
    for (Denial.Builder one : denials) {
      frame.addDenials(one);
    }
    agent.send(AgentFrame.newBuilder().setDenials(frame).build());
  }

  private List<Denial> shown(Job job) {
    return jobs.listTasks(ListTasksRequest.newBuilder().setJobId(job.id().toString()).build())
        .getTasks(0)
        .getDenialsList();
  }

  private void awaitCount(Job job, long count) {
    await().until(() -> engine.task(job.id()).deniedCalls() == count);
  }

  @Test
  void areToldToWatchersWhileTheTaskRunsAndNeverTwice() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    Iterator<JobEvent> events =
        jobs.watchJob(WatchJobRequest.newBuilder().setJobId(job.id().toString()).build());
    told(agent, ref, denial(0, "mount", 1));
    List<JobEvent> seen = new ArrayList<>();
    nextDenials(events, seen);
    told(agent, ref, denial(0, "mount", 1), denial(1, "bpf", 2));
    nextDenials(events, seen);
    agent.ended(
        ref,
        AttemptResult.newBuilder()
            .setOutcome(Outcome.OUTCOME_EXITED)
            .addDenials(denial(0, "mount", 4))
            .addDenials(denial(1, "bpf", 2)));
    events.forEachRemaining(seen::add);

    List<List<String>> denials =
        seen.stream()
            .filter(JobEvent::hasDenials)
            .map(event ->
                event.getDenials().getDenialsList().stream()
                    .map(one -> one.getCall() + one.getCount())
                    .toList())
            .toList();
    assertThat(denials).containsExactly(List.of("mount1"), List.of("bpf2"), List.of("mount4"));
    assertThat(seen.stream().filter(JobEvent::hasDenials).findFirst().orElseThrow().getDenials())
        .satisfies(first -> {
          assertThat(first.getHostName()).isEqualTo(name);
          assertThat(first.getAttempt()).isEqualTo(1);
          assertThat(first.getDenials(0)).isEqualTo(denial(0, "mount", 1).build());
        });
    int end = 0;
    while (!ended(seen.get(end))) {
      end++;
    }
    assertThat(seen.subList(end, seen.size())).noneMatch(JobEvent::hasDenials);
    assertThat(shown(job))
        .containsExactly(denial(0, "mount", 4).build(), denial(1, "bpf", 2).build());
    agent.close();
  }

  private static void nextDenials(Iterator<JobEvent> events, List<JobEvent> seen) {
    do {
      seen.add(events.next());
    } while (!seen.getLast().hasDenials());
  }

  private static boolean ended(JobEvent event) {
    return event.hasTask() && event.getTask().getStateValue() >= TaskState.SUCCEEDED.code();
  }

  @Test
  void comeAgainAfterABreakAndCountsNeverGoBack() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    told(agent, ref, denial(0, "mount", 5));
    awaitCount(job, 5);
    agent.crash();
    agent = ScriptedAgent.open(engine.channel, host);
    agent.hello(ScriptedAgent.held(ref, dev.hostler.proto.v1.TaskState.TASK_STATE_RUNNING));
    told(agent, ref, denial(0, "mount", 3), denial(127, "other", 2).setRoutine(true));
    awaitCount(job, 7);
    assertThat(shown(job)).extracting(Denial::getCount).containsExactly(5L, 2L);
    assertThat(engine.meters.get("hostler.denials").tag("kind", "violation").counter().count())
        .isEqualTo(5);
    assertThat(engine.meters.get("hostler.denials").tag("kind", "routine").counter().count())
        .isEqualTo(2);
    agent.close();
  }

  @Test
  void ofAnotherHostOrAnOlderAttemptAreNotTaken() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    ScriptedAgent stranger = engine.connect(engine.host("x-" + UUID.randomUUID()));
    told(stranger, ref, denial(0, "mount", 9));
    told(agent, ref.toBuilder().setAttempt(2).build(), denial(0, "mount", 9));
    agent.exited(ref, 0, 0);
    agent.awaitResultAck(ref);
    assertThat(shown(job)).isEmpty();
    agent.close();
    stranger.close();
  }

  @Test
  void aRepeatedViolationRaisesOneAlert() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    told(agent, ref, denial(0, "mount", 4), denial(1, "socket", 100).setRoutine(true));
    awaitCount(job, 104);
    assertThat(alerts(job)).isZero();
    told(agent, ref, denial(0, "mount", 5));
    awaitCount(job, 105);
    told(agent, ref, denial(0, "mount", 500));
    awaitCount(job, 600);
    assertThat(alerts(job)).isEqualTo(1);
    assertThat(engine.meters.get("hostler.denials.alerts").counter().count()).isEqualTo(1);
    agent.close();
  }

  private long alerts(Job job) {
    return engine.database.transact(transaction ->
        engine.audit.list(transaction, AuditFilter.ALL, OptionalLong.empty(), 1000).stream()
            .filter(row -> row.verb().equals("alert.denials"))
            .filter(row -> row.subject().equals("job:" + job.id()))
            .peek(row -> assertThat(row.details()).contains("\"violations\":5"))
            .count());
  }

  @Test
  void whatBreaksTheContractEndsTheStream() {
    for (Denial.Builder bad :
        List.of(
            denial(192, "mount", 1),
            denial(-1, "mount", 1),
            denial(0, "mount", 0),
            denial(0, "mount", Long.MAX_VALUE))) {
      engine.submit(List.of(name));
      ScriptedAgent agent = engine.connect(host);
      agent.slots(1);
      AttemptRef ref = agent.awaitAssignment().getRef();
      told(agent, ref, bad);
      assertThat(agent.awaitEnd().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    Denial.Builder[] many = new Denial.Builder[193];
    java.util.Arrays.fill(many, denial(0, "mount", 1));
    told(agent, ref, many);
    assertThat(agent.awaitEnd().getDescription()).contains("193");
  }

  @Test
  void oddTextsAndTimesAreMadeFit() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    told(
        agent,
        ref,
        denial(0, "m".repeat(100), 1)
            .setDetail("nul \0 " + "d".repeat(1000))
            .setFirstAt(Timestamp.newBuilder().setSeconds(-5))
            .setLastAt(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)));
    awaitCount(job, 1);
    assertThat(shown(job))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.getCall()).hasSize(64);
          assertThat(one.getDetail()).hasSize(512).startsWith("nul \uFFFD d");
          assertThat(one.getFirstAt().getSeconds()).isZero();
          assertThat(one.getLastAt().getSeconds()).isZero();
        });
    agent.close();
  }
}
