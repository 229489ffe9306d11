package dev.hostler.cli.connect;

import dev.hostler.common.tls.TlsIdentity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Who the operator is, and by which roots it knows controllers.
 *
 * @param tls key and certificate chain
 * @param roots of the fleet CA
 */
record Identity(TlsIdentity tls, List<X509Certificate> roots) {
  private static final double EARLIEST = 0.6;
  private static final double SPREAD = 2 * (2.0 / 3 - EARLIEST);

  Identity {
    roots = List.copyOf(roots);
  }

  /** Reads the files of a context. */
  static Identity of(Context context) {
    return new Identity(
        Credentials.identity(context), Credentials.certificates("ca", context.ca()));
  }

  /** Has the certificate ended? */
  boolean isOver(Instant now) {
    return now.isAfter(end());
  }

  Instant end() {
    return tls.certificate().getNotAfter().toInstant();
  }

  /**
   * Is the certificate one that the fleet CA renews, and is it around two thirds of its life? The
   * moment differs from certificate to certificate, so that operators do not all renew at once.
   */
  boolean isDue(Instant now) {
    X509Certificate certificate = tls.certificate();
    Instant from = certificate.getNotBefore().toInstant();
    double share = EARLIEST + SPREAD * (certificate.getSerialNumber().hashCode() & 0xff) / 255.0;
    Duration life = Duration.between(from, end());
    return isOfTheFleet() && !now.isBefore(from.plusMillis((long) (life.toMillis() * share)));
  }

  /** Did the fleet CA issue the certificate? Others renew theirs elsewhere. */
  boolean isOfTheFleet() {
    return roots.stream()
        .anyMatch(root ->
            root.getSubjectX500Principal().equals(tls.certificate().getIssuerX500Principal()));
  }
}
