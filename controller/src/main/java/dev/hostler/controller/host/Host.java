package dev.hostler.controller.host;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A host of the fleet.
 *
 * @param id made at enrolment
 * @param name unique among the hosts that were not removed
 * @param enrolledAt when it joined
 * @param lastSeenAt last sign of life; null before the first
 * @param labels effective labels: operators' win over the agent's, those over the token's
 * @param facts last reported
 */
public record Host(
    UUID id,
    String name,
    Instant enrolledAt,
    @Nullable Instant lastSeenAt,
    Map<String, String> labels,
    HostFacts facts) {
  public Host {
    labels = Map.copyOf(labels);
  }
}
