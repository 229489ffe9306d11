package dev.hostler.controller.certificate;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.failure.RequestException.Kind;
import dev.hostler.controller.host.HostCertificate;
import dev.hostler.controller.host.HostCertificates;
import dev.hostler.controller.trust.AgentCertificates;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews hosts' certificates. Thread-safe. */
public final class Renewals {
  private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);

  private final Database database;
  private final HostCertificates hosts;
  private final AuditStore audit;
  private final AgentCertificates certificates;
  private final InstantSource clock;

  /** Renewals in one fleet. */
  public Renewals(
      Database database,
      HostCertificates hosts,
      AuditStore audit,
      AgentCertificates certificates,
      InstantSource clock) {
    this.database = database;
    this.hosts = hosts;
    this.audit = audit;
    this.certificates = certificates;
    this.clock = clock;
  }

  /**
   * Issues a newer certificate. Only to the holder of the newest one, or of the one before it as
   * long as the newest was not used, because its answer may have been lost: a key that was
   * replaced, and then stolen, is of no use, and neither is a copy of a host.
   *
   * @param present the certificate that the host proved to be its own; may have ended
   * @param csr PKCS#10 in DER
   * @throws RequestException PERMISSION_DENIED if the host is not in the fleet or the certificate
   *     was superseded, INVALID for the request
   */
  public X509Certificate renew(UUID hostId, X509Certificate present, byte[] csr) {
    PublicKey key = HostKeys.read(csr);
    X509Certificate newer = HostKeys.issue(certificates, hostId, key);
    HostCertificate issued = HostKeys.describe(certificates, newer);
    String fingerprint = AgentCertificates.fingerprint(present);
    Instant now = clock.instant();
    Instant end = present.getNotAfter().toInstant();
    database.execute(transaction -> {
      switch (hosts.lock(transaction, hostId, fingerprint)) {
        case NEWEST, BEFORE -> hosts.renewed(transaction, hostId, fingerprint, issued);
        case NO_HOST -> throw refused(hostId, "was removed from the fleet, or never was in it");
        case SUPERSEDED ->
            throw refused(
                hostId,
                "has a newer certificate, which is in use; if this machine is a copy or was restored"
                    + " from a backup, enrol it again");
      }
      // Renewals in time are the host's daily business; they are in its row. A late one is worth
      // knowing.
      if (now.isAfter(end)) {
        audit.append(
            transaction,
            Actor.host(hostId),
            "host.renew_late",
            "host:" + hostId,
            Map.of("expired_at", end.toString(), "certificate", issued.serial()));
      }
    });
    LOG.debug("host {} renewed its certificate, until {}", hostId, issued.expiresAt());
    return newer;
  }

  private static RequestException refused(UUID hostId, String why) {
    LOG.warn("refused to renew the certificate of host {}: it {}", hostId, why);
    return new RequestException(Kind.PERMISSION_DENIED, "host " + hostId + " " + why);
  }
}
