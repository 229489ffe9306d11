package dev.hostler.controller.link;

import com.google.protobuf.ByteString;
import dev.hostler.controller.certificate.Renewals;
import dev.hostler.controller.host.HostCertificates;
import dev.hostler.controller.trust.AgentCertificates;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.FleetRoots;
import dev.hostler.proto.v1.FleetRootsHeld;
import dev.hostler.proto.v1.RenewCertificateResponse;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that hosts hold the fleet's roots, and renews their certificates. Thread-safe. */
public final class HostTrust {
  private static final Logger LOG = LoggerFactory.getLogger(HostTrust.class);

  /** Renewals a second that a rotation asks connected agents for. */
  private static final int RENEWALS_PER_SECOND = 50;

  private static final int MAX_ROOTS = 16;
  private static final Duration LONGEST_SPREAD = Duration.ofHours(1);

  private final FleetCa ca;
  private final HostCertificates hosts;
  private final Renewals renewals;

  /** For one fleet. */
  public HostTrust(FleetCa ca, HostCertificates hosts, Renewals renewals) {
    this.ca = ca;
    this.hosts = hosts;
    this.renewals = renewals;
  }

  /**
   * Records what a host holds.
   *
   * @param presented certificate of its stream
   * @throws MalformedFrameException if the digests are none
   */
  void holds(UUID hostId, Optional<X509Certificate> presented, FleetRootsHeld held) {
    hosts.connected(
        hostId, presented.map(AgentCertificates::fingerprint).orElse(""), digests(held));
  }

  /** Does the host hold exactly the fleet's roots? */
  boolean isCurrent(UUID hostId, FleetRootsHeld held) {
    Set<String> wanted = new TreeSet<>();
    ca.roots().forEach(root -> wanted.add(AgentCertificates.fingerprint(root)));
    boolean current = digests(held).equals(wanted);
    if (!current) {
      LOG.debug("host {} holds other roots of the fleet CA: {}", hostId, digests(held));
    }
    return current;
  }

  private static Set<String> digests(FleetRootsHeld held) {
    Set<String> digests = new TreeSet<>();
    for (ByteString digest : held.getDigestsList()) {
      if (digest.size() != 32 || digests.size() == MAX_ROOTS) {
        throw new MalformedFrameException(
            "fleet_roots_held.digests: at most 16 SHA-256 digests of 32 bytes, this has "
                + digest.size());
      }
      digests.add(HexFormat.of().formatHex(digest.toByteArray()));
    }
    return digests;
  }

  /** Is a certificate of a CA that is trusted now? */
  boolean isTrusted(X509Certificate presented) {
    return ca.issuerOf(presented).isPresent();
  }

  /**
   * The roots of the fleet for a host.
   *
   * @param presented its certificate
   * @param connected how many hosts may have to renew at the same time
   */
  ControllerFrame roots(Optional<X509Certificate> presented, int connected) {
    FleetRoots.Builder roots = roots();
    if (presented.isPresent() && !ca.issuerOf(presented.get()).equals(Optional.of(ca.issuing()))) {
      Duration spread = Duration.ofSeconds(1 + connected / RENEWALS_PER_SECOND);
      roots.setRenewWithin(
          ToAgent.duration(spread.compareTo(LONGEST_SPREAD) < 0 ? spread : LONGEST_SPREAD));
    }
    return ControllerFrame.newBuilder().setFleetRoots(roots).build();
  }

  private FleetRoots.Builder roots() {
    return FleetRoots.newBuilder()
        .addAllRoots(der(ca.roots()))
        .addAllEndorsements(der(ca.endorsements()));
  }

  /** See {@link Renewals#renew}. */
  RenewCertificateResponse renew(UUID hostId, X509Certificate presented, byte[] csr) {
    return RenewCertificateResponse.newBuilder()
        .addAllCertificateChain(der(List.of(renewals.renew(hostId, presented, csr))))
        .setFleetRoots(roots())
        .build();
  }

  static List<ByteString> der(List<X509Certificate> certificates) {
    return certificates.stream().map(HostTrust::der).toList();
  }

  private static ByteString der(X509Certificate certificate) {
    try {
      return ByteString.copyFrom(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate without an encoding", e);
    }
  }
}
