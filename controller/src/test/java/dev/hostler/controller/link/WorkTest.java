package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.hostler.common.time.ManualTime;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobRequest;
import dev.hostler.controller.job.JobState;
import dev.hostler.controller.job.Task;
import dev.hostler.controller.job.TaskState;
import dev.hostler.controller.job.WorkSettings;
import dev.hostler.proto.v1.Assignment;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.RefusalReason;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetProof;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How work is handed out, cancelled, expired and lost. */
class WorkTest {
  private static final dev.hostler.proto.v1.TaskState RUNNING =
      dev.hostler.proto.v1.TaskState.TASK_STATE_RUNNING;

  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private EngineFixture engine;
  private String name;
  private UUID host;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    name = "h-" + UUID.randomUUID();
    host = engine.host(name);
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private JobRequest request(
      List<String> hosts, int concurrency, @Nullable Duration timeout, Duration startWithin) {
    return request(TimeSource.system(), hosts, concurrency, timeout, startWithin);
  }

  private JobRequest request(
      TimeSource time,
      List<String> hosts,
      int concurrency,
      @Nullable Duration timeout,
      Duration startWithin) {
    TestJob job =
        new TestJob(time.instant(), new JobWork.Command(List.of("sleep", "1"), "default"));
    job.env.put("A", "b");
    job.timeout = timeout;
    job.concurrency = concurrency;
    job.startWithin = startWithin;
    return job.request(engine.ids(hosts));
  }

  private Job job(Job job) {
    return engine.engine.jobs().get(job.id());
  }

  @Test
  void waitsForAnOfflineHostAndGivesItWhatWasSignedWithAProof() throws Exception {
    String other = "o-" + name;
    engine.host(other);
    JobRequest request =
        request(List.of(name, other), 0, Duration.ofSeconds(7), Duration.ofMinutes(5));
    Job job = engine.engine.jobs().submit(request);
    assertThat(job.timeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.QUEUED);
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.slots(1);
      Assignment assignment = agent.awaitAssignment();
      SignedJob signed =
          new SignedJob(
              assignment.getJob().getStatement().toByteArray(),
              assignment.getJob().getSignature().toByteArray());
      assertThat(signed).isEqualTo(request.job());
      TargetProof proof =
          new TargetProof(
              assignment.getTargetIndex(),
              assignment.getTargetCount(),
              assignment.getTargetPathList().stream().map(ByteString::toByteArray).toList());
      var targets = JobStatement.read(signed.statement()).targets();
      assertThat(targets.count()).isEqualTo(2);
      assertThat(proof.proves(host.toString(), targets)).isTrue();
    }
  }

  @Test
  void handsOutNoMoreThanWasAskedForAndOldestFirst() {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      jobs.add(engine.submit(List.of(name)));
    }
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.slots(2);
      assertThat(agent.awaitAssignment().getJobId()).isEqualTo(jobs.get(0).id().toString());
      AttemptRef second = agent.awaitAssignment().getRef();
      // The third comes when the agent grants again, not when an attempt ends.
      agent.exited(second, 0, 0);
      agent.awaitResultAck(second);
      engine.engine.hints().all();
      assertThat(agent.others()).noneMatch(ControllerFrame::hasAssignment);
      assertThat(job(jobs.get(2)).counts().queued()).isEqualTo(1);
      agent.slots(1);
      assertThat(agent.awaitAssignment().getJobId()).isEqualTo(jobs.get(2).id().toString());
    }
  }

  @Test
  void keepsToTheConcurrencyLimitOfAJobWhileManyHostsFinish() {
    int hosts = 20;
    int limit = 3;
    List<String> names = new ArrayList<>();
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<ScriptedAgent> agents = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      String each = "c" + i + "-" + name;
      names.add(each);
      ScriptedAgent agent = engine.connect(engine.host(each));
      agent.slots(4);
      agents.add(agent);
    }
    Job job = engine.engine.jobs().submit(request(names, limit, null, Duration.ofMinutes(5)));
    List<Thread> threads = new ArrayList<>();
    for (ScriptedAgent agent : agents) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                AttemptRef ref = agent.awaitAssignment().getRef();
                most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                agent.running(ref);
                agent.stdout(ref, 0, new byte[100]);
                agent.awaitAck(ref, 100);
                atOnce.decrementAndGet();
                agent.exited(ref, 0, 100);
                agent.awaitResultAck(ref);
              }));
    }
    await().until(() -> job(job).state() == JobState.SUCCEEDED);
    assertThat(most.get()).isBetween(2, limit);
    assertThat(job(job).counts().succeeded()).isEqualTo(hosts);
    agents.forEach(ScriptedAgent::close);
  }

  @Test
  void cancelsQueuedTasksAtOnceAndOthersWhenTheirHostsSaySo() {
    String other = "other-" + name;
    engine.host(other);
    Job job = engine.submit(List.of(name, other));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    Job cancelled = engine.engine.jobs().cancel(job.id(), "bob");
    assertThat(cancelled.state()).isEqualTo(JobState.RUNNING);
    assertThat(cancelled.cancelRequestedAt()).isNotNull();
    assertThat(cancelled.counts().failed()).isEqualTo(1);
    assertThat(agent.await(ControllerFrame::hasCancel).getCancel().getRef()).isEqualTo(ref);
    // Cancelling again, sweeping and so on does not ask the host twice on one stream.
    engine.engine.jobs().cancel(job.id(), "bob");
    engine.engine.sweeper().sweep();
    agent.running(ref);
    agent.ended(ref, AttemptResult.newBuilder().setOutcome(Outcome.OUTCOME_CANCELLED));
    agent.awaitResultAck(ref);
    assertThat(agent.others()).noneMatch(ControllerFrame::hasCancel);
    assertThat(job(job).state()).isEqualTo(JobState.CANCELLED);
    assertThat(engine.engine.jobs().tasks(job.id(), null, null, 10))
        .extracting(Task::state)
        .containsOnly(TaskState.CANCELLED);
    // And again, once it is over: nothing changes.
    assertThat(engine.engine.jobs().cancel(job.id(), "bob")).isEqualTo(job(job));
    agent.close();
  }

  @Test
  void repeatsACancellationAfterAReconnect() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    engine.engine.jobs().cancel(job.id(), "bob");
    agent.await(ControllerFrame::hasCancel);
    agent.crash();
    ScriptedAgent again = engine.connect(host, ScriptedAgent.held(ref, RUNNING));
    assertThat(again.await(ControllerFrame::hasCancel).getCancel().getRef()).isEqualTo(ref);
    again.exited(ref, 0, 0);
    again.awaitResultAck(ref);
    // It finished before the cancellation reached it: that is what is reported.
    assertThat(job(job).state()).isEqualTo(JobState.SUCCEEDED);
    again.close();
  }

  @Test
  void doesNotQueueACancelledTaskAgain() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    agent.awaitAssignment();
    agent.crash();
    await().until(() -> !engine.sessions.isConnected(host));
    engine.engine.jobs().cancel(job.id(), "bob");
    ScriptedAgent again = engine.connect(host);
    again.slots(1);
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(job(job).state()).isEqualTo(JobState.CANCELLED);
    again.close();
  }

  @Test
  void countsARefusalForExpiryAsExpired() {
    Job job = engine.submit(List.of(name));
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.slots(1);
      AttemptRef ref = agent.awaitAssignment().getRef();
      agent.ended(
          ref,
          AttemptResult.newBuilder()
              .setOutcome(Outcome.OUTCOME_REFUSED)
              .setRefusal(RefusalReason.REFUSAL_REASON_EXPIRED)
              .setMessage("too late"));
      agent.awaitResultAck(ref);
      assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.EXPIRED);
      assertThat(engine.task(job.id()).result().message()).isEqualTo("too late");
    }
  }

  @Test
  void expiresWhatWasNotStartedAndNeverHandsItOutAfterwards() {
    ManualTime time = new ManualTime();
    try (EngineFixture manual = new EngineFixture(DB.database(), WorkSettings.DEFAULT, time)) {
      Job job =
          manual.engine.jobs().submit(request(time, List.of(name), 0, null, Duration.ofMinutes(5)));
      time.advance(Duration.ofMinutes(5).minusMillis(1));
      manual.engine.sweeper().sweep();
      assertThat(manual.task(job.id()).state()).isEqualTo(TaskState.QUEUED);
      time.advance(Duration.ofMillis(1));
      // Before any sweep, the scheduler must not hand it out any more.
      ScriptedAgent agent = manual.connect(host);
      agent.slots(1);
      assertThat(manual.engine.claims().claim(Map.of(host, 1)).assignments()).isEmpty();
      manual.engine.sweeper().sweep();
      assertThat(manual.task(job.id()).state()).isEqualTo(TaskState.EXPIRED);
      assertThat(manual.task(job.id()).message()).contains("expiry");
      assertThat(manual.engine.jobs().get(job.id()).state()).isEqualTo(JobState.FAILED);
      assertThat(agent.others()).noneMatch(ControllerFrame::hasAssignment);
      agent.close();
    }
  }

  @Test
  void losesTheTaskOfAHostThatDoesNotComeBackButNotBeforeItsOwnLimit() {
    ManualTime time = new ManualTime();
    WorkSettings settings =
        new WorkSettings(
            Duration.ofSeconds(1),
            Duration.ofMinutes(10),
            Duration.ofMinutes(1),
            Duration.ofHours(1));
    try (EngineFixture manual = new EngineFixture(DB.database(), settings, time)) {
      Job job =
          manual
              .engine
              .jobs()
              .submit(request(time, List.of(name), 0, Duration.ofMinutes(30), Duration.ofHours(1)));
      ScriptedAgent agent = manual.connect(host);
      agent.slots(1);
      AttemptRef ref = agent.awaitAssignment().getRef();
      agent.running(ref);
      await().until(() -> manual.task(job.id()).state() == TaskState.RUNNING);
      time.advance(Duration.ofHours(2));
      manual.engine.sweeper().sweep();
      assertThat(manual.task(job.id()).state()).as("connected").isEqualTo(TaskState.RUNNING);
      manual.hosts.seen(host);
      agent.crash();
      await().until(() -> !manual.sessions.isConnected(host));
      time.advance(Duration.ofMinutes(9));
      manual.engine.sweeper().sweep();
      assertThat(manual.task(job.id()).state()).as("9 min away").isEqualTo(TaskState.RUNNING);
      time.advance(Duration.ofMinutes(2));
      manual.engine.sweeper().sweep();
      assertThat(manual.task(job.id()).state()).isEqualTo(TaskState.LOST);
      assertThat(manual.task(job.id()).message()).contains("600 s");
      // It comes back after all: it is told to forget, and the state stays.
      ScriptedAgent late = ScriptedAgent.open(manual.channel, host);
      late.hello(ScriptedAgent.held(ref, RUNNING));
      assertThat(late.await(ControllerFrame::hasWelcome).getWelcome().getUnknownList())
          .containsExactly(ref);
      late.exited(ref, 0, 0);
      late.awaitResultAck(ref);
      assertThat(manual.task(job.id()).state()).isEqualTo(TaskState.LOST);
      late.close();
    }
  }

  @Test
  void doesNotLoseATaskThatMayStillRun() {
    ManualTime time = new ManualTime();
    try (EngineFixture manual = new EngineFixture(DB.database(), WorkSettings.DEFAULT, time)) {
      Job job =
          manual
              .engine
              .jobs()
              .submit(request(time, List.of(name), 0, Duration.ofMinutes(30), Duration.ofHours(1)));
      ScriptedAgent agent = manual.connect(host);
      agent.slots(1);
      AttemptRef ref = agent.awaitAssignment().getRef();
      agent.running(ref);
      await().until(() -> manual.task(job.id()).state() == TaskState.RUNNING);
      agent.crash();
      await().until(() -> !manual.sessions.isConnected(host));
      time.advance(Duration.ofMinutes(31).minusSeconds(1));
      manual.engine.sweeper().sweep();
      assertThat(manual.task(job.id()).state()).isEqualTo(TaskState.RUNNING);
      time.advance(Duration.ofSeconds(1));
      manual.engine.sweeper().sweep();
      assertThat(manual.task(job.id()).state()).isEqualTo(TaskState.LOST);
    }
  }

  @Test
  void goesOnAfterTheControllerWasReplacedInTheMiddle() {
    Job running = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    agent.stdout(ref, 0, new byte[1000]);
    agent.awaitAck(ref, 1000);
    Job queued = engine.submit(List.of(name));
    engine.close();
    try (EngineFixture next = new EngineFixture(DB.database())) {
      ScriptedAgent again = ScriptedAgent.open(next.channel, host);
      again.hello(ScriptedAgent.held(ref, RUNNING));
      var welcome = again.await(ControllerFrame::hasWelcome).getWelcome();
      assertThat(welcome.getOutputOffsetsList()).anyMatch(ack -> ack.getOffset() == 1000);
      again.stdout(ref, 1000, new byte[24]);
      again.exited(ref, 5, 1024);
      again.awaitResultAck(ref);
      assertThat(next.task(running.id()).result().exitCode()).isEqualTo(5);
      assertThat(next.task(running.id()).result().outputError()).isEmpty();
      again.slots(1);
      assertThat(again.awaitAssignment().getJobId()).isEqualTo(queued.id().toString());
      again.close();
    }
  }

  /** Many hosts, many jobs, crashes all over: every task ends once, and the counts are right. */
  @Test
  void everyTaskEndsExactlyOnceThroughConstantCrashes() {
    int hosts = 12;
    List<UUID> ids = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      names.add("x" + i + "-" + name);
      ids.add(engine.host(names.getLast()));
    }
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      jobs.add(
          engine
              .engine
              .jobs()
              .submit(request(names, i % 2 == 0 ? 0 : 4, null, Duration.ofMinutes(5))));
    }
    Set<String> executed = ConcurrentHashMap.newKeySet();
    Set<String> twice = ConcurrentHashMap.newKeySet();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      UUID id = ids.get(i);
      int seed = i;
      threads.add(Thread.ofVirtual().start(() -> crashing(id, seed, jobs.size(), executed, twice)));
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> jobs.stream().allMatch(job -> job(job).endedAt() != null));
    assertThat(twice).as("attempts that were handed out twice").isEmpty();
    for (Job job : jobs) {
      Map<TaskState, Integer> states = new java.util.EnumMap<>(TaskState.class);
      for (Task task : engine.engine.jobs().tasks(job.id(), null, null, 100)) {
        states.merge(task.state(), 1, Integer::sum);
      }
      assertThat(states.keySet()).allMatch(TaskState::isTerminal);
      assertThat(job(job).counts().succeeded())
          .isEqualTo(states.getOrDefault(TaskState.SUCCEEDED, 0));
      assertThat(job(job).counts().total()).isEqualTo(hosts);
      assertThat(job(job).counts().failed())
          .isEqualTo(hosts - states.getOrDefault(TaskState.SUCCEEDED, 0));
    }
    assertThat(executed).hasSizeGreaterThanOrEqualTo(hosts * jobs.size());
    threads.forEach(Thread::interrupt);
  }

  /** An agent with a perfect ledger whose connection breaks after every few frames. */
  private void crashing(UUID id, int seed, int tasks, Set<String> executed, Set<String> twice) {
    java.util.Random random = new java.util.Random(seed);
    Map<AttemptRef, Boolean> ledger = new java.util.LinkedHashMap<>();
    Set<String> done = new HashSet<>();
    while (done.size() < tasks && !Thread.currentThread().isInterrupted()) {
      ScriptedAgent agent = ScriptedAgent.open(engine.channel, id);
      agent.hello(
          ledger.entrySet().stream()
              .map(e ->
                  ScriptedAgent.held(
                      e.getKey(),
                      e.getValue() ? dev.hostler.proto.v1.TaskState.TASK_STATE_SUCCEEDED : RUNNING))
              .toArray(dev.hostler.proto.v1.HeldAttempt[]::new));
      var welcome = agent.await(ControllerFrame::hasWelcome).getWelcome();
      welcome.getUnknownList().forEach(ledger::remove);
      if (random.nextInt(3) == 0) {
        agent.crash();
        continue;
      }
      if (ledger.isEmpty()) {
        agent.slots(1);
        AttemptRef ref = agent.awaitAssignment().getRef();
        if (random.nextInt(3) == 0) {
          agent.crash(); // before the ledger has it: never ran
          continue;
        }
        if (!executed.add(ref.getTaskId() + "." + ref.getAttempt())) {
          twice.add(ref.getTaskId());
        }
        ledger.put(ref, false);
        agent.accepted(ref);
      }
      AttemptRef ref = ledger.keySet().iterator().next();
      if (random.nextInt(3) == 0) {
        agent.crash();
        continue;
      }
      agent.running(ref);
      ledger.put(ref, true);
      agent.exited(ref, 0, 0);
      if (random.nextInt(3) == 0) {
        agent.crash();
        continue;
      }
      agent.awaitResultAck(ref);
      ledger.remove(ref);
      done.add(ref.getTaskId());
      agent.close();
    }
  }
}
