package dev.hostler.controller.limit;

import dev.hostler.trust.limits.EffectiveLimits;
import dev.hostler.trust.limits.Limits;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Policies, to be asked for one attempt after the other. Immutable. */
public final class PolicySet {
  /** None. */
  public static final PolicySet NONE = new PolicySet(List.of());

  private final List<LimitPolicy> policies;

  PolicySet(List<LimitPolicy> policies) {
    this.policies = List.copyOf(policies);
  }

  private static boolean holds(LimitPolicy policy, @Nullable String bundle, @Nullable UUID hostId) {
    return switch (policy.scope()) {
      case FLEET -> true;
      case BUNDLE -> policy.subject().equals(bundle);
      case HOST -> hostId != null && policy.subject().equals(hostId.toString());
    };
  }

  /**
   * The lowest of all that hold for an attempt.
   *
   * @param bundle its bundle; null: a command
   */
  public Limits of(@Nullable String bundle, @Nullable UUID hostId) {
    Limits lowest = Limits.NONE;
    for (LimitPolicy policy : policies) {
      if (holds(policy, bundle, hostId)) {
        lowest = lowest.loweredBy(policy.limits());
      }
    }
    return lowest;
  }

  /** What is declared, lowered by each that holds, with who did it. */
  public EffectiveLimits lower(
      EffectiveLimits declared, @Nullable String bundle, @Nullable UUID hostId) {
    EffectiveLimits lower = declared;
    for (LimitPolicy policy : policies) {
      if (holds(policy, bundle, hostId)) {
        lower = lower.loweredBy(policy.limits(), policy.scope().policy());
      }
    }
    return lower;
  }
}
