package dev.hostler.controller.enroll;

import dev.hostler.controller.host.HostFacts;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A host that asked to join with a token that needs approval.
 *
 * @param id of the request
 * @param tokenId which token
 * @param hostName name that it asks for
 * @param keyFingerprint SHA-256 of its key in hex
 * @param address that it came from
 * @param facts that it reported
 * @param state how it was decided
 * @param requestedAt when it asked first
 * @param lastAskedAt when it asked last
 * @param decidedBy operator; null while pending
 */
public record EnrolmentRequest(
    UUID id,
    String tokenId,
    String hostName,
    String keyFingerprint,
    String address,
    HostFacts facts,
    State state,
    Instant requestedAt,
    Instant lastAskedAt,
    @Nullable String decidedBy) {

  /** How it was decided. */
  public enum State {
    /** Not yet. */
    PENDING,
    /** It may join. */
    APPROVED,
    /** It may not. */
    DENIED,
    /** It did join. */
    JOINED;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
