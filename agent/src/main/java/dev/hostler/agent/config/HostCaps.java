package dev.hostler.agent.config;

import dev.hostler.common.config.ConfigSection;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The section {@code [limits]}: what any attempt may use on this host at most. */
final class HostCaps {
  private HostCaps() {}

  static Limits read(ConfigSection section) {
    Map<Limit, Long> caps = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      section
          .formed(limit.key(), "use " + limit.form() + range(limit), text -> inRange(limit, text))
          .ifPresent(value -> caps.put(limit, value));
    }
    return Limits.of(caps);
  }

  private static String range(Limit limit) {
    return ", from " + limit.format(limit.least()) + " to " + limit.format(limit.most());
  }

  private static Optional<Long> inRange(Limit limit, String text) {
    OptionalLong value = limit.parse(text);
    return value.isPresent()
            && value.getAsLong() >= limit.least()
            && value.getAsLong() <= limit.most()
        ? Optional.of(value.getAsLong())
        : Optional.empty();
  }
}
