package dev.hostler.controller.api;

import dev.hostler.common.tls.TlsTrust;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.controller.trust.OperatorRoots;
import dev.hostler.controller.trust.PeerNames;
import dev.hostler.proto.v1.CertificateServiceGrpc;
import dev.hostler.trust.KeyPurpose;
import io.grpc.MethodDescriptor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import javax.net.ssl.X509ExtendedTrustManager;

/** Whose certificates the operator port takes: at the handshake, and at each call. Thread-safe. */
public final class OperatorTrust {
  private final FleetCa ca;
  private final OperatorRoots roots;
  private final Duration grace;
  private final InstantSource clock;

  /**
   * Takes certificates of the fleet CA and of the operator roots.
   *
   * @param grace for how long after its end a certificate may still be renewed
   */
  public OperatorTrust(FleetCa ca, OperatorRoots roots, Duration grace, InstantSource clock) {
    this.ca = ca;
    this.roots = roots;
    this.grace = grace;
    this.clock = clock;
  }

  /** For the handshake: also takes those that have ended within the grace. */
  X509ExtendedTrustManager manager() {
    return TlsTrust.ofClients(
        () -> roots.with(ca.roots()), KeyPurpose.OPERATOR.oid(), grace, clock);
  }

  /**
   * For each call: TLS may have seen the certificate long ago, and lets in those that have ended
   * lately, to be renewed and for nothing else.
   *
   * @throws RequestException UNAUTHENTICATED if the certificate is not good for that method now
   */
  void require(X509Certificate certificate, MethodDescriptor<?, ?> method) {
    boolean own = ca.issuerOf(certificate).isPresent();
    if (!own && !roots.issued(certificate)) {
      throw refused(certificate, "is of a CA that is not trusted any more; get a new one");
    }
    Instant end = certificate.getNotAfter().toInstant();
    if (clock.instant().isAfter(end) && !(own && isRenewal(method))) {
      throw refused(certificate, "expired at " + end + "; renew it");
    }
  }

  private static RequestException refused(X509Certificate certificate, String why) {
    return new RequestException(
        RequestException.Kind.UNAUTHENTICATED,
        "the certificate of operator "
            + PeerNames.operator(certificate).orElse("without a name")
            + " "
            + why);
  }

  private static boolean isRenewal(MethodDescriptor<?, ?> method) {
    return CertificateServiceGrpc.getRenewOperatorCertificateMethod()
        .getFullMethodName()
        .equals(method.getFullMethodName());
  }
}
