package dev.hostler.controller.certificate;

import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.SigningException;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.failure.RequestException.Kind;
import dev.hostler.controller.trust.AgentCertificates;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.controller.trust.PeerNames;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Renews the certificates that the fleet CA issued to operators. Thread-safe. */
public final class OperatorRenewals {
  private final Database database;
  private final AuditStore audit;
  private final FleetCa ca;
  private final Duration lifetime;

  /** Renewals in one fleet; new certificates are valid for {@code lifetime}. */
  public OperatorRenewals(Database database, AuditStore audit, FleetCa ca, Duration lifetime) {
    this.database = database;
    this.audit = audit;
    this.ca = ca;
    this.lifetime = lifetime;
  }

  /**
   * A newer certificate, with the name and the roles of the present one.
   *
   * @param present the certificate that the operator proved to be its own; may have ended
   * @param csr PKCS#10 in DER
   * @throws RequestException FAILED_PRECONDITION if the fleet CA did not issue the present one,
   *     INVALID for the request
   */
  public X509Certificate renew(X509Certificate present, byte[] csr) {
    String name =
        PeerNames.operator(present)
            .orElseThrow(() ->
                new RequestException(
                    Kind.UNAUTHENTICATED, "the client certificate does not name an operator"));
    if (ca.issuerOf(present).isEmpty()) {
      throw new RequestException(
          Kind.FAILED_PRECONDITION,
          "the certificate of operator "
              + name
              + " was issued by '"
              + present.getIssuerX500Principal()
              + "', not by the fleet CA: get a newer one there");
    }
    X509Certificate newer;
    try {
      PublicKey key = CertificateRequest.parse(csr).publicKey();
      newer = ca.issueOperator(name, PeerNames.roles(present), key, lifetime);
    } catch (SigningException e) {
      throw new RequestException(Kind.INVALID, "csr: " + e.getMessage(), e);
    }
    database.execute(transaction ->
        audit.append(
            transaction,
            Actor.operator(name),
            "operator.renew",
            "operator:" + name,
            Map.of(
                "certificate", newer.getSerialNumber().toString(16),
                "fingerprint", AgentCertificates.fingerprint(newer),
                "expires_at", newer.getNotAfter().toInstant().toString())));
    return newer;
  }

  /** Roots by which operators know controllers, newest first. */
  public List<X509Certificate> roots() {
    return ca.roots();
  }

  /** For each root but the oldest, its name and key as certified by the one before it. */
  public List<X509Certificate> endorsements() {
    return ca.endorsements();
  }
}
