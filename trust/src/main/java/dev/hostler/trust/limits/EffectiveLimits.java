package dev.hostler.trust.limits;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an attempt gets, and who decided each limit: it begins with what a bundle declares, or a
 * host gives to commands, and is lowered from there, never raised. Immutable.
 *
 * @param limits in force
 * @param setBy for each of them, who set it so low
 */
public record EffectiveLimits(Limits limits, SortedMap<Limit, String> setBy) {
  /** Those who have a say, as people read it. */
  public static final String BUNDLE = "bundle";

  /** The host's own agent.toml. */
  public static final String HOST = "host";

  /** What the controller's operators have set for the fleet, a bundle or a host. */
  public static final String POLICY = "policy";

  /** Who signed the job. */
  public static final String JOB = "job";

  /** What is meant where a bundle says nothing, and something else could be more. */
  private static final Limits USUAL = Limits.of(Map.of(Limit.SWAP, 0L, Limit.CPU_WEIGHT, 100L));

  /** Copies the map. */
  public EffectiveLimits {
    setBy = Collections.unmodifiableSortedMap(new TreeMap<>(setBy));
  }

  /** Where it begins. */
  public static EffectiveLimits of(Limits declared, String by) {
    EnumMap<Limit, Long> all = new EnumMap<>(Limit.class);
    all.putAll(USUAL.values());
    all.putAll(declared.values());
    TreeMap<Limit, String> setBy = new TreeMap<>();
    all.keySet().forEach(limit -> setBy.put(limit, by));
    return new EffectiveLimits(Limits.of(all), setBy);
  }

  /** The lower of each; they are that one's only where that is really lower. */
  public EffectiveLimits loweredBy(Limits others, String by) {
    Limits lower = limits.loweredBy(others);
    TreeMap<Limit, String> who = new TreeMap<>(setBy);
    lower
        .values()
        .forEach((limit, value) -> {
          if (limits.get(limit).isEmpty() || value < limits.require(limit)) {
            who.put(limit, by);
          }
        });
    return new EffectiveLimits(lower, who);
  }

  /** Who set it; empty if nobody did. */
  public String setBy(Limit limit) {
    return setBy.getOrDefault(limit, "");
  }
}
