package dev.hostler.controller.trust;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.tls.TlsIdentity;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The controller's own certificate: in memory only, made at start and again when two thirds of its
 * life are over, with the root behind it, for agents that know the root's digest only. Thread-safe.
 */
public final class ControllerIdentity implements Supplier<TlsIdentity> {
  private static final Duration LIFETIME = Duration.ofDays(90);

  private final FleetCa ca;
  private final ServerNames names;
  private final InstantSource clock;
  private @Nullable TlsIdentity current;
  private Instant renewAt = Instant.MIN;

  /** Certificates for a controller that is reached by {@code names}. */
  public ControllerIdentity(FleetCa ca, ServerNames names, InstantSource clock) {
    this.ca = ca;
    this.names = names;
    this.clock = clock;
  }

  @Override
  public synchronized TlsIdentity get() {
    Instant now = clock.instant();
    TlsIdentity identity = current;
    if (identity == null || !now.isBefore(renewAt)) {
      identity = make();
      current = identity;
      Duration life = Duration.between(now, identity.certificate().getNotAfter().toInstant());
      renewAt = now.plus(life.multipliedBy(2).dividedBy(3));
    }
    return identity;
  }

  private TlsIdentity make() {
    try {
      KeyPair pair = KeyAlgorithm.EC_P256.generate();
      return new TlsIdentity(
          pair.getPrivate(),
          List.of(ca.issueController(names, pair.getPublic(), LIFETIME), ca.roots().getFirst()));
    } catch (SigningException e) {
      throw new IllegalStateException("a P-256 key is always accepted", e);
    }
  }
}
