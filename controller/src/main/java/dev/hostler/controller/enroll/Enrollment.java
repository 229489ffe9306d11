package dev.hostler.controller.enroll;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.certificate.HostKeys;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.RowIds;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.failure.RequestException.Kind;
import dev.hostler.controller.host.HostCertificate;
import dev.hostler.controller.host.HostCertificates;
import dev.hostler.controller.host.HostFacts;
import dev.hostler.controller.host.HostName;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.host.NewHost;
import dev.hostler.controller.trust.AgentCertificates;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets hosts into the fleet. Thread-safe. */
public final class Enrollment {
  private static final Logger LOG = LoggerFactory.getLogger(Enrollment.class);

  private final Database database;
  private final TokenStore tokens;
  private final HostService hosts;
  private final AuditStore audit;
  private final HostCertificates hostCertificates;
  private final AgentCertificates certificates;
  private final RowIds ids;
  private final InstantSource clock;

  /** Enrolment into one fleet. */
  public Enrollment(
      Database database,
      TokenStore tokens,
      HostService hosts,
      HostCertificates hostCertificates,
      AuditStore audit,
      AgentCertificates certificates,
      InstantSource clock) {
    this.database = database;
    this.tokens = tokens;
    this.hosts = hosts;
    this.audit = audit;
    this.certificates = certificates;
    this.hostCertificates = hostCertificates;
    this.ids = new RowIds(clock);
    this.clock = clock;
  }

  /**
   * The host is in the fleet.
   *
   * @param hostId its id for good
   * @param certificate its certificate
   */
  public record Joined(UUID hostId, X509Certificate certificate) {}

  /**
   * Exchanges a join token and a certificate request for a certificate. The same host (name, token
   * and key) that asks again, because it lost the answer, gets its id and a new certificate.
   *
   * @param token as printed
   * @param hostName as asked for
   * @param csr PKCS#10 in DER
   * @param facts at this time
   * @param agentLabels labels of the agent's own configuration
   * @throws RequestException UNAUTHENTICATED for the token, ALREADY_EXISTS for the name, INVALID
   *     for the rest; the message says which
   */
  public Joined enroll(
      String token, String hostName, byte[] csr, HostFacts facts, Map<String, String> agentLabels) {
    TokenText text = parse(token);
    String name = HostName.normal("host_name", hostName);
    PublicKey key = HostKeys.read(csr);
    Joined joined =
        database.transact(transaction -> enroll(transaction, text, name, key, facts, agentLabels));
    LOG.info("host {} joined as {} with token {}", name, joined.hostId(), text.id());
    return joined;
  }

  private Joined enroll(
      Transaction transaction,
      TokenText text,
      String name,
      PublicKey key,
      HostFacts facts,
      Map<String, String> agentLabels) {
    JoinToken token =
        tokens
            .lock(transaction, text.id(), text.secretHash())
            .orElseThrow(
                () -> refused("is unknown: this fleet has none with this id and secret", text));
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    if (token.revokedAt() != null) {
      throw refused("was revoked at " + token.revokedAt(), text);
    }
    if (!now.isBefore(token.expiresAt())) {
      throw refused("expired at " + token.expiresAt(), text);
    }
    String fingerprint = AgentCertificates.fingerprint(key);
    Optional<UUID> again = hosts.findJoined(transaction, name, token.id(), fingerprint);
    UUID id = again.orElseGet(ids::next);
    X509Certificate certificate = HostKeys.issue(certificates, id, key);
    HostCertificate issued = HostKeys.describe(certificates, certificate);
    if (again.isPresent()) {
      hostCertificates.renewed(transaction, id, null, issued);
    } else {
      if (token.used() >= token.uses()) {
        throw refused("is used up: it was good for " + token.uses() + " host(s)", text);
      }
      NewHost host = new NewHost(id, name, now, token.id(), issued, facts);
      if (!hosts.add(transaction, host, token.labels(), agentLabels)) {
        throw new RequestException(
            Kind.ALREADY_EXISTS,
            "host_name: "
                + RequestException.shown(name)
                + ": the fleet has a host of that name; choose another name, or remove the old host"
                + " with `hostler host remove "
                + name
                + "`");
      }
      tokens.use(transaction, token.id());
    }
    audit.append(
        transaction,
        Actor.host(id),
        "host.enroll",
        "host:" + id,
        Map.of(
            "name", name,
            "token", token.id(),
            "certificate", issued.serial(),
            "again", again.isPresent()));
    return new Joined(id, certificate);
  }

  private TokenText parse(String token) {
    TokenText text =
        TokenText.parse(token)
            .orElseThrow(() ->
                new RequestException(
                    Kind.UNAUTHENTICATED,
                    "token: is unknown: it is not of the form hst1.ID.SECRET.CA; copy it whole"
                        + " from `hostler token create`"));
    if (!certificates.ca().isKnownBy(text.caDigest())) {
      throw refused("is unknown: it is for another fleet, as its last part says", text);
    }
    return text;
  }

  private static RequestException refused(String why, TokenText token) {
    LOG.warn("refused to enrol a host: token {} {}", token.id(), why);
    return new RequestException(
        Kind.UNAUTHENTICATED,
        "token: " + token.id() + " " + why + "; get a new one from `hostler token create`");
  }
}
