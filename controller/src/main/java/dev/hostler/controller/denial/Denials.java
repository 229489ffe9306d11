package dev.hostler.controller.denial;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Transaction;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Keeps what was denied, counts it, and raises an alert once an attempt has made too many denied
 * calls: a row in the audit log and a counter. Thread-safe.
 */
public final class Denials {
  /** From how many violations of one attempt on an alert is raised, where nothing is configured. */
  public static final long ALERT_AT = 100;

  private final DenialStore store;
  private final AuditStore audit;
  private final long alertAt;
  private final Counter violations;
  private final Counter routine;
  private final Counter alerts;

  /**
   * Registers the meters.
   *
   * @param alertAt from how many violations of one attempt on an alert is raised; 0: never
   */
  public Denials(DenialStore store, AuditStore audit, long alertAt, MeterRegistry registry) {
    this.store = store;
    this.audit = audit;
    this.alertAt = alertAt;
    violations = counter(registry, "violation");
    routine = counter(registry, "routine");
    alerts =
        Counter.builder("hostler.denials.alerts")
            .description("Attempts with repeated violations of their sandbox")
            .register(registry);
  }

  private static Counter counter(MeterRegistry registry, String kind) {
    return Counter.builder("hostler.denials")
        .description("System calls that sandboxes denied")
        .tag("kind", kind)
        .register(registry);
  }

  /** See {@link DenialStore#put}. Counters grow once it is committed. */
  public Map<DeniedAttempt, DeniedTotals> put(
      Transaction transaction, Map<DeniedAttempt, List<Denial>> told) {
    Map<DeniedAttempt, DeniedTotals> changed = store.put(transaction, told);
    if (!changed.isEmpty()) {
      transaction.afterCommit(() -> changed.values().forEach(this::count));
    }
    return changed;
  }

  private void count(DeniedTotals totals) {
    violations.increment((double) (totals.violations() - totals.violationsBefore()));
    routine.increment((double) (totals.routine() - totals.routineBefore()));
    if (totals.reached(alertAt)) {
      alerts.increment();
    }
  }

  /**
   * Raises the alerts of what was put, once for each attempt. Holds the audit log's end until the
   * commit, so call it last.
   *
   * @param jobs the jobs of the attempts
   */
  public void alert(
      Transaction transaction, Map<DeniedAttempt, DeniedTotals> changed, Map<UUID, UUID> jobs) {
    changed.forEach((attempt, totals) -> {
      UUID job = jobs.get(attempt.taskId());
      if (job != null && totals.reached(alertAt)) {
        audit.append(
            transaction,
            Actor.SYSTEM,
            "alert.denials",
            "job:" + job,
            Map.of(
                "task", attempt.taskId().toString(),
                "attempt", attempt.attempt(),
                "violations", totals.violations(),
                "threshold", alertAt));
      }
    });
  }

  /** See {@link DenialStore#list}. */
  public Map<DeniedAttempt, List<Denial>> list(
      Transaction transaction, Collection<DeniedAttempt> attempts) {
    return store.list(transaction, attempts);
  }
}
