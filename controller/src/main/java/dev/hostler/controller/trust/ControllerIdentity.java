package dev.hostler.controller.trust;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.tls.TlsIdentity;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The controller's own certificate: in memory only, made at start and again when two thirds of its
 * life are over, with the root behind it, for agents that know the root's digest only. Thread-safe.
 */
public final class ControllerIdentity implements Supplier<TlsIdentity> {
  private final FleetCa ca;
  private final ServerNames names;
  private final Duration lifetime;
  private final InstantSource clock;
  private @Nullable TlsIdentity current;
  private Instant renewAt = Instant.MIN;

  /**
   * Certificates for a controller that is reached by {@code names}.
   *
   * @param lifetime of each
   */
  public ControllerIdentity(FleetCa ca, ServerNames names, Duration lifetime, InstantSource clock) {
    this.ca = ca;
    this.names = names;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  @Override
  public synchronized TlsIdentity get() {
    Instant now = clock.instant();
    TlsIdentity identity = current;
    if (identity == null
        || !now.isBefore(renewAt)
        || !identity.chain().subList(1, identity.chain().size()).equals(shown())) {
      identity = make();
      current = identity;
      Duration life = Duration.between(now, identity.certificate().getNotAfter().toInstant());
      renewAt = now.plus(life.multipliedBy(2).dividedBy(3));
    }
    return identity;
  }

  /** Shows another certificate from here on if the present one was revoked. */
  public synchronized void replaceIf(Predicate<X509Certificate> revoked) {
    TlsIdentity identity = current;
    if (identity != null && revoked.test(identity.certificate())) {
      current = null;
    }
  }

  /** The root that counts for everyone, for agents that know its digest only. */
  private List<X509Certificate> shown() {
    return List.of(ca.serving());
  }

  private TlsIdentity make() {
    try {
      KeyPair pair = KeyAlgorithm.EC_P256.generate();
      List<X509Certificate> chain = new ArrayList<>();
      chain.add(ca.issueController(names, pair.getPublic(), lifetime));
      chain.addAll(shown());
      return new TlsIdentity(pair.getPrivate(), chain);
    } catch (SigningException e) {
      throw new IllegalStateException("a P-256 key is always accepted", e);
    }
  }
}
