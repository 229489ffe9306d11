package dev.hostler.controller.limit;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostRemovalListener;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.limits.EffectiveLimits;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Shows and sets policies. They go to hosts with each attempt; a host takes of them only what is
 * lower than what a signer declared, so whoever sets them can make nothing run, or run with more.
 * Thread-safe.
 */
public final class LimitPolicies implements HostRemovalListener {
  private static final Pattern BUNDLE = Pattern.compile("[a-z](?:[a-z0-9-]{0,62}[a-z0-9])?");

  private final Database database;
  private final LimitStore store;
  private final AuditStore audit;
  private final InstantSource clock;

  /** In this database. */
  public LimitPolicies(Database database, LimitStore store, AuditStore audit, InstantSource clock) {
    this.database = database;
    this.store = store;
    this.audit = audit;
    this.clock = clock;
  }

  /** All that are set, the fleet's first. */
  public List<LimitPolicy> list() {
    return database.transact(store::list);
  }

  /**
   * Changes a policy.
   *
   * @param subject bundle name, or id of a host that exists; empty for the fleet
   * @param set limits that it gets
   * @param clear limits that it loses
   * @return as it is now
   * @throws RequestException INVALID, naming the field
   */
  public LimitPolicy set(
      String operator, LimitScope scope, String subject, Limits set, Collection<Limit> clear) {
    check(scope, subject, set, clear);
    return database.transact(transaction -> {
      Limits limits =
          store.lock(transaction, scope, subject).orElse(LimitPolicy.none(scope, subject)).limits();
      for (Map.Entry<Limit, Long> one : set.values().entrySet()) {
        limits = limits.with(one.getKey(), one.getValue());
      }
      for (Limit one : clear) {
        limits = limits.without(one);
      }
      LimitPolicy policy =
          new LimitPolicy(
              scope, subject, limits, clock.instant().truncatedTo(ChronoUnit.MICROS), operator);
      if (limits.isEmpty()) {
        store.remove(transaction, scope, subject);
      } else {
        store.put(transaction, policy);
      }
      audit.append(
          transaction,
          Actor.operator(operator),
          "limits.set",
          target(scope, subject),
          Map.of(
              "set", set.toString(),
              "cleared", clear.stream().map(Limit::key).sorted().toList(),
              "limits", limits.toString()));
      return policy;
    });
  }

  private static String target(LimitScope scope, String subject) {
    return switch (scope) {
      case FLEET -> "fleet";
      case BUNDLE -> "bundle:" + subject;
      case HOST -> "host:" + subject;
    };
  }

  private static void check(LimitScope scope, String subject, Limits set, Collection<Limit> clear) {
    if (scope == LimitScope.FLEET && !subject.isEmpty()) {
      throw RequestException.invalid("subject", subject, "leave it empty for the fleet");
    }
    if (scope == LimitScope.BUNDLE && !BUNDLE.matcher(subject).matches()) {
      throw RequestException.invalid(
          "subject", subject, "give the name of a bundle, for example \"host-report\"");
    }
    if (set.isEmpty() && clear.isEmpty()) {
      throw new RequestException(
          RequestException.Kind.INVALID,
          "limits: none are given: name at least one to set, or one to clear; there are "
              + Limit.keys());
    }
    for (Limit one : clear) {
      if (set.get(one).isPresent()) {
        throw RequestException.invalid("clear", one.key(), "it is also set; do one of the two");
      }
    }
    Problems problems = new Problems();
    set.check("limits.", problems);
    if (!problems.isEmpty()) {
      throw new RequestException(
          RequestException.Kind.INVALID,
          problems.list().stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }
  }

  /**
   * What is declared, lowered by the policies that hold.
   *
   * @param bundle null: a command
   * @param hostId null: any host
   */
  public EffectiveLimits effective(
      EffectiveLimits declared, @Nullable String bundle, @Nullable UUID hostId) {
    PolicySet policies =
        database.transact(transaction ->
            store.of(
                transaction,
                bundle == null ? List.of() : List.of(bundle),
                hostId == null ? List.of() : List.of(hostId)));
    return policies.lower(declared, bundle, hostId);
  }

  /** A host that is gone has no policy. */
  @Override
  public void onRemoval(Transaction transaction, Host host) {
    store.remove(transaction, LimitScope.HOST, host.id().toString());
  }
}
