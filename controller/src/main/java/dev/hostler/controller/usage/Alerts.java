package dev.hostler.controller.usage;

import dev.hostler.common.lifecycle.Periodic;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.RowIds;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostSelector;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.host.SelectorException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the rules again and again, raises alerts and resolves them: each a row in the audit log
 * and in the metrics. Of several controllers one does it. Thread-safe.
 */
public final class Alerts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
  private static final Duration EVERY = Duration.ofSeconds(15);

  private final Database database;
  private final AuditStore audit;
  private final HostService hosts;
  private final HostSelector.Compiler selectors;
  private final TimeSource time;
  private final RowIds ids;
  private final AlertStore store = new AlertStore();
  private final SeriesStore series = new SeriesStore();
  private final Counter raisedCount;
  private final AtomicInteger raisedNow = new AtomicInteger();
  private final Periodic running;

  /** Registers the meters; looks at nothing yet. */
  public Alerts(
      Database database,
      AuditStore audit,
      HostService hosts,
      HostSelector.Compiler selectors,
      TimeSource time,
      MeterRegistry registry) {
    this.database = database;
    this.audit = audit;
    this.hosts = hosts;
    this.selectors = selectors;
    this.time = time;
    this.ids = new RowIds(time);
    this.running = new Periodic("usage-alerts", EVERY, this::look, time);
    raisedCount =
        Counter.builder("hostler.usage.alerts")
            .description("Alerts on use that were raised")
            .register(registry);
    Gauge.builder("hostler.usage.alerts.raised", raisedNow, AtomicInteger::get)
        .description("Alerts on use that hold, as this controller saw last")
        .register(registry);
  }

  /** Begins to look. */
  public void start() {
    running.start();
  }

  /** Who a rule can hold for. */
  private record Subject(String rule, UUID hostId, @Nullable UUID taskId) {}

  /** Looks once, unless another controller did just now. */
  public void look() {
    Instant now = time.instant().truncatedTo(ChronoUnit.MICROS);
    if (!database.transact(
        transaction -> store.turn(transaction, now, EVERY.minus(EVERY.dividedBy(3))))) {
      return;
    }
    Map<UUID, Host> known = new HashMap<>();
    hosts.list((_, _) -> true, "", Integer.MAX_VALUE).forEach(host -> known.put(host.id(), host));
    Map<Subject, Alert> held = new HashMap<>();
    for (AlertRule rule : rules()) {
      try {
        held.putAll(judge(rule, known, now));
      } catch (SelectorException e) {
        LOG.warn("alert rule {}: {}", rule.name(), e.getMessage());
      }
    }
    int raised = database.transact(transaction -> settle(transaction, held, known, now));
    raisedCount.increment(raised);
    raisedNow.set(held.size());
  }

  private Map<Subject, Alert> judge(AlertRule rule, Map<UUID, Host> known, Instant now) {
    HostSelector selector =
        rule.selector().isEmpty() ? (_, _) -> true : selectors.compile(rule.selector());
    boolean ofAttempt = Metric.of(rule.metric()).map(Metric::ofAttempt).orElse(false);
    Map<SeriesStore.Whose, List<SeriesStore.Point>> all =
        database.transact(transaction ->
            series.windows(transaction, ofAttempt, now.minus(rule.window()), rule.window()));
    Map<Subject, Alert> held = new HashMap<>();
    all.forEach((whose, points) -> {
      Host host = known.get(whose.hostId());
      if (host == null || !selector.matches(host, hosts.isConnected(host.id()))) {
        return;
      }
      AlertJudge.judge(rule, points, host.facts().cpus())
          .ifPresent(verdict ->
              held.put(
                  new Subject(rule.name(), host.id(), whose.taskId()),
                  new Alert(
                      ids.next(),
                      rule.name(),
                      host.id(),
                      whose.taskId(),
                      verdict.value(),
                      verdict.timeToLimit(),
                      verdict.message(),
                      now,
                      null)));
    });
    return held;
  }

  /** Writes what changed; how many were raised. */
  private int settle(
      Transaction transaction, Map<Subject, Alert> held, Map<UUID, Host> known, Instant now) {
    Set<Subject> before = new HashSet<>();
    List<Alert> over = new ArrayList<>();
    for (Alert alert : store.raised(transaction)) {
      Subject subject = new Subject(alert.rule(), alert.hostId(), alert.taskId());
      before.add(subject);
      if (!held.containsKey(subject)) {
        over.add(alert);
      }
    }
    store.resolve(transaction, over.stream().map(Alert::id).toList(), now);
    List<Alert> fresh = new ArrayList<>();
    held.forEach((subject, alert) -> {
      if (!before.contains(subject)) {
        store.raise(transaction, alert);
        fresh.add(alert);
      }
    });
    fresh.forEach(alert -> note(transaction, "alert.usage", alert, known));
    over.forEach(alert -> note(transaction, "alert.resolved", alert, known));
    return fresh.size();
  }

  private void note(Transaction transaction, String verb, Alert alert, Map<UUID, Host> known) {
    Map<String, Object> details = new HashMap<>();
    details.put("rule", alert.rule());
    details.put("message", alert.message());
    Host host = known.get(alert.hostId());
    if (host != null) {
      details.put("name", host.name());
    }
    if (alert.taskId() != null) {
      details.put("task", alert.taskId().toString());
    }
    audit.append(transaction, Actor.SYSTEM, verb, "host:" + alert.hostId(), details);
  }

  /** The rules, by name. */
  public List<AlertRule> rules() {
    return database.transact(store::rules);
  }

  /**
   * Makes or replaces a rule.
   *
   * @throws RequestException INVALID, naming the field
   */
  public AlertRule set(String operator, AlertRule rule) {
    AlertRule set =
        new AlertRule(
            rule.name(),
            rule.metric(),
            rule.window(),
            rule.condition(),
            rule.selector(),
            operator,
            time.instant().truncatedTo(ChronoUnit.MICROS));
    set.check();
    if (!set.selector().isEmpty()) {
      selectors.compile(set.selector());
    }
    database.execute(transaction -> {
      store.put(transaction, set);
      audit.append(
          transaction,
          Actor.operator(operator),
          "alert.set",
          "alert:" + set.name(),
          Map.of(
              "metric", set.metric(),
              "window_seconds", set.window().toSeconds(),
              "condition", set.condition().toString(),
              "selector", set.selector()));
    });
    return set;
  }

  /**
   * Removes a rule; its alerts are resolved at the next look.
   *
   * @throws RequestException NOT_FOUND
   */
  public void remove(String operator, String name) {
    database.execute(transaction -> {
      if (!store.remove(transaction, name)) {
        throw RequestException.notFound(
            "name", name, "there is no such rule; see `hostler alert rules` for those there are");
      }
      audit.append(
          transaction, Actor.operator(operator), "alert.remove", "alert:" + name, Map.of());
    });
  }

  /** Those that hold, newest first. */
  public List<Alert> raised() {
    return database.transact(store::raised);
  }

  /** All, newest first, before the given one. */
  public List<Alert> all(@Nullable UUID before, int limit) {
    return database.transact(transaction -> store.all(transaction, before, limit));
  }

  /** How many hold, by host. */
  public Map<UUID, Integer> raisedByHost() {
    return database.transact(store::raisedByHost);
  }

  /** Stops. Idempotent. */
  @Override
  public void close() {
    running.close();
  }
}
