package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.TaskState;
import dev.hostler.proto.v1.AttemptRef;
import io.grpc.Status;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What happens to agents while the database does not take what they send. */
class BackPressureTest {
  private static final int MIB = 1 << 20;

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

  @Test
  void makesAgentsWaitAndLosesNothing() throws Exception {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    CountDownLatch locked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Thread blocker =
        Thread.ofPlatform()
            .start(() ->
                DB.database()
                    .execute(tx -> {
                      tx.handle().execute("LOCK TABLE output_chunks");
                      locked.countDown();
                      try {
                        release.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
    locked.await();
    try {
      long sent = flood(agent, ref, release);
      // 32 MiB wait for the writer, 8 are in its hands, and some are in the transport.
      assertThat(sent).isBetween(32L, 50L);
      release.countDown();
      blocker.join();
      agent.awaitAck(ref, sent * MIB);
      agent.exited(ref, 0, sent * MIB);
      agent.awaitResultAck(ref);
      assertThat(engine.task(job.id()).result().outputError()).isEmpty();
      agent.close();
    } finally {
      release.countDown();
    }
  }

  /** Sends until the transport takes no more for a second; gives how many MiB it took. */
  private static long flood(ScriptedAgent agent, AttemptRef ref, CountDownLatch release)
      throws InterruptedException {
    long sent = 0;
    for (int idle = 0; idle < 100 && sent < 200; ) {
      if (agent.isReady()) {
        agent.stdout(ref, sent * MIB, new byte[MIB]);
        sent++;
        idle = 0;
      } else {
        idle++;
        release.await(10, TimeUnit.MILLISECONDS);
      }
    }
    return sent;
  }

  @Test
  void closesTheStreamWhenAReportCannotBeStoredAndTakesItLater() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    DB.database().execute(tx -> tx.handle().execute("ALTER TABLE output_chunks RENAME TO gone"));
    try {
      agent.stdout(ref, 0, new byte[10]);
      agent.exited(ref, 0, 10);
      Status end = agent.awaitEnd();
      assertThat(end.getCode()).isEqualTo(Status.Code.INTERNAL);
      assertThat(end.getDescription()).contains("cannot store");
    } finally {
      DB.database().execute(tx -> tx.handle().execute("ALTER TABLE gone RENAME TO output_chunks"));
    }
    await().until(() -> !engine.sessions.isConnected(host));
    assertThat(engine.task(job.id()).state())
        .as("no end without its output")
        .isEqualTo(TaskState.ASSIGNED);
    ScriptedAgent again =
        engine.connect(
            host, ScriptedAgent.held(ref, dev.hostler.proto.v1.TaskState.TASK_STATE_SUCCEEDED));
    again.stdout(ref, 0, new byte[10]);
    again.exited(ref, 0, 10);
    again.awaitResultAck(ref);
    assertThat(engine.task(job.id()).result().outputError()).isEmpty();
    again.close();
  }

  @Test
  void handsOutAndCancelsWhatAnotherControllerWasAskedFor() {
    try (EngineFixture other = new EngineFixture(DB.database())) {
      ScriptedAgent agent = other.connect(host);
      agent.slots(1);
      Job job = engine.submit(List.of(name));
      AttemptRef ref = agent.awaitAssignment().getRef();
      engine.engine.jobs().cancel(job.id(), "bob");
      assertThat(agent.await(frame -> frame.hasCancel()).getCancel().getRef()).isEqualTo(ref);
      agent.close();
    }
  }
}
