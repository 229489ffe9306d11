package dev.hostler.controller.enroll;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A join token, without its secret.
 *
 * @param id the part that is no secret
 * @param uses how many hosts may join with it in all
 * @param used how many did
 * @param createdAt when it was made
 * @param createdBy operator who made it
 * @param expiresAt when it ends
 * @param revokedAt when it was revoked; null if it was not
 * @param labels that joining hosts get
 * @param binding which hosts may join with it
 */
public record JoinToken(
    String id,
    int uses,
    int used,
    Instant createdAt,
    String createdBy,
    Instant expiresAt,
    @Nullable Instant revokedAt,
    Map<String, String> labels,
    TokenBinding binding) {
  public JoinToken {
    labels = Map.copyOf(labels);
  }
}
