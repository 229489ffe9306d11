package dev.hostler.common.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final Lifecycle lifecycle = new Lifecycle();

  private String part(String name) throws StartException {
    return lifecycle.start(
        name,
        () -> {
          events.add("start " + name);
          return name;
        },
        part -> events.add("stop " + part));
  }

  @Test
  void stopsInReverseAfterDrainingAndOnlyOnce() throws Exception {
    part("a");
    lifecycle.onDrain("a", () -> events.add("drain a"));
    part("b");
    lifecycle.onDrain("b", () -> events.add("drain b"));
    lifecycle.stop();
    lifecycle.close();
    lifecycle.awaitStop();
    assertThat(events)
        .containsExactly("start a", "start b", "drain b", "drain a", "stop b", "stop a");
  }

  @Test
  void aFailedStartStopsWhatWasStarted() throws Exception {
    part("a");
    part("b");
    assertThatThrownBy(() ->
            lifecycle.start(
                "the port",
                () -> {
                  throw new IOException("address in use");
                },
                _ -> events.add("never")))
        .isInstanceOf(StartException.class)
        .hasMessage("cannot start the port: address in use")
        .hasCauseInstanceOf(IOException.class);
    assertThat(events).containsExactly("start a", "start b", "stop b", "stop a");
  }

  @Test
  void aFailingStopDoesNotKeepTheOthersRunning() throws Exception {
    part("a");
    lifecycle.start(
        "b",
        () -> "b",
        _ -> {
          throw new IOException("stuck");
        });
    lifecycle.onDrain(
        "c",
        () -> {
          throw new IllegalStateException("stuck");
        });
    lifecycle.stop();
    assertThat(events).containsExactly("start a", "stop a");
  }

  @Test
  void stoppingInterruptsAStartThatTakesLong() throws Exception {
    part("a");
    CountDownLatch starting = new CountDownLatch(1);
    AtomicReference<Throwable> seen = new AtomicReference<>();
    Thread main =
        Thread.ofPlatform()
            .start(() -> {
              try {
                lifecycle.start(
                    "slow",
                    () -> {
                      starting.countDown();
                      new CountDownLatch(1).await();
                      return "never";
                    },
                    _ -> {});
              } catch (StartException e) {
                seen.set(e);
              }
            });
    starting.await();
    lifecycle.stop();
    main.join();
    assertThat(seen.get()).hasMessageStartingWith("cannot start slow");
    assertThat(events).containsExactly("start a", "stop a");
    assertThatThrownBy(() -> part("late")).hasMessageContaining("being stopped");
  }
}
