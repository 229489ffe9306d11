package dev.hostler.agent.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.common.time.ManualTime;
import dev.hostler.common.time.TimeSource;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pauses between connections, by a clock of the test's. */
class BackoffTest {
  @TempDir Path dir;
  private final ManualTime clock = new ManualTime();
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private ScriptedController controller;
  private Rig rig;

  /** Notes each pause and does not wait. */
  private final TimeSource time =
      new TimeSource() {
        @Override
        public long nanoTime() {
          return clock.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
          pauses.add(duration);
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          if (pauses.size() >= 60) {
            clock.sleep(Duration.ofDays(1));
          }
        }

        @Override
        public Instant instant() {
          return clock.instant();
        }
      };

  @BeforeEach
  void open() throws Exception {
    controller = new ScriptedController();
    rig = new Rig(dir, controller);
    rig.time = time;
    rig.firstBackoff = Duration.ofMillis(100);
    rig.longestBackoff = Duration.ofSeconds(10);
  }

  @AfterEach
  void close() throws Exception {
    rig.close();
    controller.close();
  }

  private void assertThatPausesGrowWithFullJitter() {
    await().atMost(Duration.ofSeconds(30)).until(() -> pauses.size() >= 60);
    List<Duration> late = new ArrayList<>(pauses.subList(10, 60));
    assertThat(pauses.get(0)).isLessThanOrEqualTo(Duration.ofMillis(100));
    assertThat(pauses.get(1)).isLessThanOrEqualTo(Duration.ofMillis(200));
    assertThat(late).allSatisfy(p -> assertThat(p).isLessThanOrEqualTo(Duration.ofSeconds(10)));
    assertThat(late).anySatisfy(p -> assertThat(p).isGreaterThan(Duration.ofSeconds(6)));
    assertThat(late).anySatisfy(p -> assertThat(p).isLessThan(Duration.ofSeconds(3)));
    assertThat(late).doesNotHaveDuplicates();
  }

  @Test
  void afterARefusedLogin() throws Exception {
    controller.refuse = _ -> Status.PERMISSION_DENIED.withDescription("the host was removed");
    rig.start();
    assertThatPausesGrowWithFullJitter();
  }

  @Test
  void afterAProtocolThatIsTooOld() throws Exception {
    controller.refuse = _ -> Status.FAILED_PRECONDITION.withDescription("too old");
    rig.start();
    assertThatPausesGrowWithFullJitter();
  }

  @Test
  void afterALostConnection() throws Exception {
    controller.stop();
    rig.start();
    assertThatPausesGrowWithFullJitter();
  }

  @Test
  void aStreamThatEndsAtOnceDoesNotCountAsASuccess() throws Exception {
    controller.onFrame =
        frame -> {
          if (frame.hasSlots()) {
            controller.stream().end(Status.UNAVAILABLE);
          }
        };
    rig.start();
    assertThatPausesGrowWithFullJitter();
  }

  @Test
  void aStreamThatLastedStartsOver() throws Exception {
    controller.refuse = n -> n <= 20 ? Status.UNAVAILABLE : null;
    rig.start();
    await().until(() -> controller.hellos.size() == 1);
    await().until(() -> controller.slots(controller.stream()) > 0);
    clock.advance(Duration.ofSeconds(29));
    assertThat(pauses).hasSize(20);
    controller.stream().end(Status.UNAVAILABLE);
    await().until(() -> controller.hellos.size() == 2);
    await().until(() -> controller.slots(controller.stream()) > 0);
    assertThat(pauses.get(20)).as("29 s are not enough").isGreaterThan(Duration.ofMillis(200));
    clock.advance(Duration.ofSeconds(29));
    clock.advance(Duration.ofSeconds(1));
    controller.stream().end(Status.UNAVAILABLE);
    await().until(() -> controller.hellos.size() == 3);
    assertThat(pauses.get(21)).isLessThanOrEqualTo(Duration.ofMillis(100));
  }
}
