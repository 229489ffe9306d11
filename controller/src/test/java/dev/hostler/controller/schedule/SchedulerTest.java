package dev.hostler.controller.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Assignment;
import dev.hostler.controller.job.AttemptRef;
import dev.hostler.controller.job.Dispatcher;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.TaskState;
import dev.hostler.controller.job.WorkHints;
import dev.hostler.controller.job.WorkMetrics;
import dev.hostler.controller.link.EngineFixture;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SchedulerTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private final Hosts hosts = new Hosts();
  private final WorkHints hints = new WorkHints();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private EngineFixture engine;
  private Scheduler scheduler;
  private String name;
  private UUID host;

  /** Hosts that take what they have slots for, or pretend to. */
  private static final class Hosts implements Dispatcher {
    final Map<UUID, Integer> free = new ConcurrentHashMap<>();
    final List<Assignment> sent = new CopyOnWriteArrayList<>();
    volatile boolean deaf;

    @Override
    public Map<UUID, Slots> slots(Collection<UUID> of) {
      Map<UUID, Slots> found = new ConcurrentHashMap<>();
      free.forEach((id, slots) -> {
        if (of.contains(id) && slots > 0) {
          found.put(id, new Slots(1, slots));
        }
      });
      return found;
    }

    @Override
    public Map<UUID, Slots> slots() {
      return slots(free.keySet());
    }

    @Override
    public boolean assign(long session, Assignment assignment) {
      if (deaf) {
        return false;
      }
      free.merge(assignment.hostId(), -1, Integer::sum);
      sent.add(assignment);
      return true;
    }

    @Override
    public void cancel(UUID hostId, AttemptRef ref) {}

    @Override
    public Collection<UUID> connected() {
      return free.keySet();
    }
  }

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    engine.scheduler.close();
    name = "h-" + UUID.randomUUID();
    host = engine.host(name);
  }

  private void schedule(Duration poll) {
    scheduler =
        new Scheduler(
            engine.engine.claims(),
            hosts,
            hints,
            new WorkMetrics(meters),
            TimeSource.system(),
            poll);
    scheduler.start();
  }

  @AfterEach
  void stop() {
    scheduler.close();
    scheduler.close();
    engine.close();
  }

  @Test
  void findsWorkWithoutAnyHint() {
    hosts.free.put(host, 1);
    engine.submit(List.of(name));
    schedule(Duration.ofMillis(50));
    await().until(() -> hosts.sent.size() == 1);
    assertThat(meters.get("hostler.dispatch").timer().count()).isEqualTo(1);
  }

  @Test
  void givesBackWhatCannotBeSentAndTriesAgainWhenHinted() {
    hosts.free.put(host, 1);
    hosts.deaf = true;
    Job job = engine.submit(List.of(name));
    schedule(Duration.ofMinutes(1));
    hints.hosts(List.of(host));
    await().until(() -> engine.task(job.id()).attempt() == 1);
    await().until(() -> engine.task(job.id()).state() == TaskState.QUEUED);
    hosts.deaf = false;
    hints.hosts(List.of(host));
    await().until(() -> hosts.sent.size() == 1);
    assertThat(hosts.sent.getFirst().ref().attempt()).isEqualTo(2);
  }

  @Test
  void outlivesAFailureOfTheDatabase() {
    hosts.free.put(host, 1);
    engine.submit(List.of(name));
    DB.database().execute(tx -> tx.handle().execute("ALTER TABLE attempts RENAME TO gone"));
    schedule(Duration.ofMillis(20));
    await().during(Duration.ofMillis(300)).until(hosts.sent::isEmpty);
    DB.database().execute(tx -> tx.handle().execute("ALTER TABLE gone RENAME TO attempts"));
    await().until(() -> hosts.sent.size() == 1);
    assertThat(hosts.sent.getFirst().ref().attempt()).isEqualTo(1);
  }

  @Test
  void handsOutAllThatFits() {
    hosts.free.put(host, 3);
    for (int i = 0; i < 5; i++) {
      engine.submit(List.of(name));
    }
    schedule(Duration.ofMillis(50));
    await().until(() -> hosts.sent.size() == 3);
    await().during(Duration.ofMillis(300)).until(() -> hosts.sent.size() == 3);
    hosts.free.put(host, 5);
    await().until(() -> hosts.sent.size() == 5);
  }

  @Test
  void aHintForAllOutweighsHintsForSome() throws InterruptedException {
    schedule(Duration.ofMinutes(1));
    WorkHints other = new WorkHints();
    other.hosts(List.of(host));
    other.all();
    other.hosts(List.of(host));
    WorkHints.Hint hint = other.await(0);
    assertThat(hint.all()).isTrue();
    assertThat(hint.hosts()).isEmpty();
    assertThat(other.await(1).isEmpty()).isTrue();
  }
}
