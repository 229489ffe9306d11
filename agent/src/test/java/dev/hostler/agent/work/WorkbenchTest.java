package dev.hostler.agent.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Offer;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.run.ProcessExecutor;
import dev.hostler.common.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a late frame of an earlier connection may do: nothing. */
class WorkbenchTest {
  private static final AttemptId ID = new AttemptId("t1", 1);

  @TempDir Path dir;
  private Ledger ledger;
  private Workbench workbench;
  private ProcessExecutor executor;

  /** Notes what is reported on one connection. */
  private static final class Reports implements Connection {
    final List<String> heard = new CopyOnWriteArrayList<>();

    @Override
    public void denied(AttemptId id, List<Denial> denials) {
      denials.forEach(one -> heard.add("denied " + one.text() + " x" + one.count()));
    }

    @Override
    public void slots(int count) {
      heard.add("slots " + count);
    }

    @Override
    public void accepted(AttemptId id) {
      heard.add("accepted");
    }

    @Override
    public void running(AttemptId id, Instant startedAt) {
      heard.add("running");
    }

    @Override
    public void ended(AttemptId id, AttemptResult result) {
      heard.add("ended " + result.outcome());
    }

    @Override
    public void fail(String reason) {
      heard.add("fail " + reason);
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void send(Piece piece) {
      heard.add(piece.stream() + " " + piece.offset() + "+" + piece.length());
    }
  }

  @BeforeEach
  void open() throws Exception {
    TimeSource time = TimeSource.system();
    ledger = Ledger.open(dir.resolve("ledger"), time);
    executor = new ProcessExecutor(dir.resolve("attempts"));
    workbench =
        new Workbench(
            TestOperator.admission(dir, JobPolicy.ALL_SIGNED, time),
            ledger,
            executor,
            new WorkSettings(2),
            time,
            "boot");
    workbench.start();
  }

  @AfterEach
  void close() throws Exception {
    workbench.close();
    ledger.close();
  }

  private static Resume resume() {
    return new Resume(1000, List.of(), Set.of());
  }

  private static Offer sh(AttemptId id, String script) {
    return JobDraft.command("sh", "-c", script).offer(id.taskId(), id.number());
  }

  @Test
  void framesOfAnOldConnectionChangeNothing() throws Exception {
    Path go = dir.resolve("go");
    Reports old = new Reports();
    workbench.connected(old, resume());
    workbench.assign(old, sh(ID, "echo x; until [ -e " + go + " ]; do sleep 0.01; done"));
    await().until(() -> old.heard.contains("STDOUT 0+2"));

    Reports now = new Reports();
    workbench.connected(now, resume());
    await().until(() -> now.heard.contains("STDOUT 0+2"));
    List<String> oldHeard = List.copyOf(old.heard);

    workbench.cancel(old, ID);
    workbench.assign(old, sh(new AttemptId("t2", 1), "true"));
    workbench.dropped(old);
    workbench.disconnected(old);
    Files.createFile(go);
    await().until(() -> ledger.entry(ID).result() != null);
    assertThat(ledger.entry(ID).result().outcome()).as("not cancelled").isEqualTo(Outcome.EXITED);
    workbench.outputAcked(old, ID, StreamName.STDOUT, 2);
    workbench.resultAcked(old, ID);
    await().during(Duration.ofMillis(100)).until(() -> !now.heard.contains("ended EXITED"));
    assertThat(ledger.entries()).hasSize(1);

    workbench.outputAcked(now, ID, StreamName.STDOUT, 99);
    assertThat(now.heard).as("more than was sent is not believed").doesNotContain("ended EXITED");
    workbench.outputAcked(now, ID, StreamName.STDOUT, 2);
    await().until(() -> now.heard.contains("ended EXITED"));
    workbench.resultAcked(now, ID);
    await().until(() -> ledger.entries().isEmpty());
    assertThat(old.heard).isEqualTo(oldHeard);
    assertThat(executor.started).containsExactly(ID);
    await()
        .untilAsserted(() ->
            assertThat(now.heard)
                .containsSubsequence("running", "slots 1", "ended EXITED", "slots 1"));
  }

  @Test
  void anEndThatWasAcknowledgedTooEarlyIsNotForgotten() {
    Reports now = new Reports();
    workbench.connected(now, resume());
    workbench.assign(now, sh(ID, "sleep 0.3"));
    await().until(() -> now.heard.contains("running"));
    workbench.resultAcked(now, ID);
    await().until(() -> now.heard.contains("ended EXITED"));
    assertThat(ledger.entries()).hasSize(1);
  }

  @Test
  void afterItWasClosedNothingIsTakenOn() {
    Reports now = new Reports();
    workbench.connected(now, resume());
    workbench.close();
    workbench.assign(now, sh(ID, "true"));
    workbench.connected(new Reports(), resume());
    assertThat(workbench.held()).isEmpty();
    assertThat(executor.started).isEmpty();
  }
}
