package dev.hostler.controller.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.AttemptResult.ResourceUse;
import dev.hostler.controller.job.AttemptResult.StreamTotals;
import dev.hostler.controller.link.EngineFixture;
import dev.hostler.controller.link.ScriptedAgent;
import dev.hostler.proto.v1.ControllerFrame;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Late words of older attempts and older streams, below the link's own filter. */
class FencingTest {
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

  private static AttemptResult exited(int code) {
    return new AttemptResult(
        Outcome.EXITED,
        code,
        0,
        "",
        Refusal.NONE,
        null,
        null,
        StreamTotals.NONE,
        StreamTotals.NONE,
        "",
        ResourceUse.UNKNOWN);
  }

  private void report(AttemptRef ref, Job job, int code) throws InterruptedException {
    CountDownLatch committed = new CountDownLatch(1);
    engine
        .engine
        .writer()
        .submit(new Report.Started(ref, job.id()), new ReportWriter.Source(() -> {}));
    engine
        .engine
        .writer()
        .submit(
            new Report.Ended(ref, job.id(), exited(code), committed::countDown),
            new ReportWriter.Source(() -> {}));
    assertThat(committed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void onlyTheCurrentAttemptCounts() throws InterruptedException {
    Job job = engine.submit(List.of(name));
    Assignment first = engine.engine.claims().claim(Map.of(host, 1)).assignments().getFirst();
    engine.engine.claims().release(List.of(first));
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.QUEUED);
    report(first.ref(), job, 9);
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.QUEUED);
    Assignment second = engine.engine.claims().claim(Map.of(host, 1)).assignments().getFirst();
    assertThat(second.ref().attempt()).isEqualTo(2);
    engine.engine.claims().release(List.of(first)); // a release that comes late
    report(first.ref(), job, 9);
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.ASSIGNED);
    report(second.ref(), job, 0);
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.SUCCEEDED);
    report(second.ref(), job, 1);
    assertThat(engine.task(job.id()).result().exitCode()).isZero();
  }

  @Test
  void whatWasClaimedForOneStreamIsNeverSentOnTheNext() {
    engine.scheduler.close();
    Job job = engine.submit(List.of(name));
    ScriptedAgent one = engine.connect(host);
    one.slots(1);
    org.awaitility.Awaitility.await().until(() -> engine.sessions.slots().containsKey(host));
    long stream = engine.sessions.slots().get(host).session();
    Assignment claimed = engine.engine.claims().claim(Map.of(host, 1)).assignments().getFirst();
    // Before it is sent the host connects anew, says that it holds nothing, and takes work again.
    ScriptedAgent two = engine.connect(host);
    two.slots(1);
    org.awaitility.Awaitility.await()
        .until(() ->
            engine.sessions.slots().containsKey(host)
                && engine.sessions.slots().get(host).session() != stream);
    assertThat(engine.task(job.id()).state()).as("queued again").isEqualTo(TaskState.QUEUED);
    assertThat(engine.sessions.assign(stream, claimed)).isFalse();
    engine.engine.claims().release(List.of(claimed));
    assertThat(two.others()).noneMatch(ControllerFrame::hasAssignment);
    Assignment again = engine.engine.claims().claim(Map.of(host, 1)).assignments().getFirst();
    assertThat(engine.sessions.assign(engine.sessions.slots().get(host).session(), again)).isTrue();
    assertThat(two.awaitAssignment().getRef().getAttempt()).isEqualTo(2);
    two.close();
  }

  /** Claims, reports, cancels, sweeps and removals of the same jobs from many threads. */
  @Test
  void countsStayRightUnderEverythingAtOnce() throws Exception {
    List<String> names = new ArrayList<>();
    List<UUID> ids = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      names.add("m" + i + "-" + name);
      ids.add(engine.host(names.getLast()));
    }
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      jobs.add(engine.submit(names));
    }
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (int t = 0; t < 8; t++) {
      int seed = t;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  work(new Random(seed), ids, jobs);
                } catch (Throwable e) {
                  failures.add(e);
                }
              }));
    }
    for (int i = 0; i < 4; i++) {
      engine.engine.jobs().cancel(jobs.get(i).id(), "bob");
      engine.engine.sweeper().sweep();
      engine.hosts.remove(dev.hostler.controller.audit.Actor.SYSTEM, names.get(i));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    engine.engine.sweeper().sweep();
    for (Job job : jobs) {
      Job now = engine.engine.jobs().get(job.id());
      List<Task> tasks = engine.engine.jobs().tasks(job.id(), null, null, 100);
      TaskCounts counts = TaskCounts.NONE;
      for (Task task : tasks) {
        counts = counts.plus(task.state(), 1);
      }
      assertThat(now.counts()).isEqualTo(counts);
      assertThat(counts.total()).isEqualTo(30);
      assertThat(now.endedAt() != null).isEqualTo(counts.queued() + counts.running() == 0);
    }
    assertThat(jobs.subList(0, 4))
        .allSatisfy(
            job -> assertThat(engine.engine.jobs().get(job.id()).counts().queued()).isZero());
  }

  private void work(Random random, List<UUID> ids, List<Job> jobs) throws InterruptedException {
    for (int i = 0; i < 25; i++) {
      Map<UUID, Integer> slots = new java.util.HashMap<>();
      for (int h = 0; h < 6; h++) {
        slots.put(ids.get(random.nextInt(ids.size())), 1);
      }
      for (Assignment assignment : engine.engine.claims().claim(slots).assignments()) {
        switch (random.nextInt(3)) {
          case 0 -> engine.engine.claims().release(List.of(assignment));
          case 1 ->
              report(
                  assignment.ref(),
                  jobs.stream()
                      .filter(job -> job.id().equals(assignment.jobId()))
                      .findFirst()
                      .orElseThrow(),
                  random.nextInt(2));
          default -> engine.engine.reconciler().reconcile(assignment.hostId(), Map.of());
        }
      }
    }
  }
}
