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
import java.net.InetAddress;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
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

  /** Short, so that a host whose operator waits for it is soon there. */
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final Database database;
  private final TokenStore tokens;
  private final HostService hosts;
  private final AuditStore audit;
  private final Enrolments enrolments;
  private final HostCertificates hostCertificates;
  private final AgentCertificates certificates;
  private final RowIds ids;
  private final InstantSource clock;

  /** Enrolment into one fleet. */
  public Enrollment(
      Database database,
      TokenStore tokens,
      HostService hosts,
      Enrolments enrolments,
      HostCertificates hostCertificates,
      AuditStore audit,
      AgentCertificates certificates,
      InstantSource clock) {
    this.database = database;
    this.tokens = tokens;
    this.hosts = hosts;
    this.audit = audit;
    this.certificates = certificates;
    this.enrolments = enrolments;
    this.hostCertificates = hostCertificates;
    this.ids = new RowIds(clock);
    this.clock = clock;
  }

  /** What a host is told. */
  public sealed interface Answer {}

  /**
   * The host is in the fleet.
   *
   * @param hostId its id for good
   * @param certificate its certificate
   */
  public record Joined(UUID hostId, X509Certificate certificate) implements Answer {}

  /**
   * The host is to ask again: an operator has to let it in.
   *
   * @param enrolmentId of its request
   * @param retryAfter when
   */
  public record Waiting(UUID enrolmentId, Duration retryAfter) implements Answer {}

  /**
   * A host asks to join.
   *
   * @param token as printed
   * @param hostName as asked for
   * @param csr PKCS#10 in DER
   * @param facts at this time
   * @param agentLabels labels of the agent's own configuration
   * @param address that it connects from
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, never kept
  public record Request(
      String token,
      String hostName,
      byte[] csr,
      HostFacts facts,
      Map<String, String> agentLabels,
      InetAddress address) {}

  /** A request that was read. */
  private record Asked(
      TokenText token, String name, PublicKey key, String fingerprint, Request request) {}

  /**
   * Exchanges a join token and a certificate request for a certificate. The same host (name, token
   * and key) that asks again, because it lost the answer, gets its id and a new certificate.
   *
   * @throws RequestException UNAUTHENTICATED for the token, PERMISSION_DENIED for a host that may
   *     not join with it, ALREADY_EXISTS for the name, INVALID for the rest; the message says which
   */
  public Answer enroll(Request request) {
    TokenText text = parse(request.token);
    PublicKey key = HostKeys.read(request.csr);
    Asked asked =
        new Asked(
            text,
            HostName.normal("host_name", request.hostName),
            key,
            AgentCertificates.fingerprint(key),
            request);
    // Signed before anything is locked: other hosts with the same token do not wait for it.
    UUID id = ids.next();
    X509Certificate certificate = HostKeys.issue(certificates, id, key);
    Answer answer;
    try {
      answer = database.transact(transaction -> enroll(transaction, asked, id, certificate));
    } catch (RequestException e) {
      if (e.kind() == Kind.PERMISSION_DENIED) {
        recordRefusal(asked, e);
      }
      throw e;
    }
    switch (answer) {
      case Joined(UUID host, var _) ->
          LOG.info("host {} joined as {} with token {}", asked.name, host, text.id());
      case Waiting(UUID enrolment, var _) ->
          LOG.info("host {} waits for approval as {}", asked.name, enrolment);
    }
    return answer;
  }

  /** Who has a good token and may not use it is worth knowing. */
  private void recordRefusal(Asked asked, RequestException why) {
    LOG.warn("refused to enrol {}: {}", asked.name, why.getMessage());
    database.execute(transaction ->
        audit.append(
            transaction,
            Actor.SYSTEM,
            "host.refuse",
            "token:" + asked.token.id(),
            Map.of(
                "name",
                asked.name,
                "key",
                asked.fingerprint,
                "address",
                asked.request.address.getHostAddress(),
                "reason",
                String.valueOf(why.getMessage()))));
  }

  private Answer enroll(
      Transaction transaction, Asked asked, UUID freshId, X509Certificate freshCertificate) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    JoinToken token = good(transaction, asked, now);
    Optional<UUID> again = hosts.findJoined(transaction, asked.name, token.id(), asked.fingerprint);
    if (again.isPresent()) {
      UUID id = again.get();
      X509Certificate certificate = HostKeys.issue(certificates, id, asked.key);
      HostCertificate issued = HostKeys.describe(certificates, certificate);
      hostCertificates.renewed(transaction, id, null, issued);
      record(transaction, id, asked, issued, true);
      return new Joined(id, certificate);
    }
    Optional<UUID> approved = Optional.empty();
    if (token.binding().approve()) {
      EnrolmentRequest request =
          enrolments.ask(
              transaction,
              token,
              asked.name,
              asked.fingerprint,
              asked.request.address.getHostAddress(),
              asked.request.facts,
              now);
      if (request.state() == EnrolmentRequest.State.PENDING) {
        return new Waiting(request.id(), RETRY_AFTER);
      }
      approved = Optional.of(request.id());
    }
    HostCertificate issued = HostKeys.describe(certificates, freshCertificate);
    join(
        transaction,
        token,
        new NewHost(freshId, asked.name, now, token.id(), issued, asked.request.facts),
        asked);
    approved.ifPresent(request -> enrolments.joined(transaction, request));
    record(transaction, freshId, asked, issued, false);
    return new Joined(freshId, freshCertificate);
  }

  /** The token, locked. */
  private JoinToken good(Transaction transaction, Asked asked, Instant now) {
    TokenText text = asked.token;
    JoinToken token =
        tokens
            .lock(transaction, text.id(), text.secretHash())
            .orElseThrow(
                () -> refused("is unknown: this fleet has none with this id and secret", text));
    if (token.revokedAt() != null) {
      throw refused("was revoked at " + token.revokedAt(), text);
    }
    if (!now.isBefore(token.expiresAt())) {
      throw refused("expired at " + token.expiresAt(), text);
    }
    TokenBinding binding = token.binding();
    if (binding.range().isPresent() && !binding.range().get().contains(asked.request.address)) {
      throw new RequestException(
          Kind.PERMISSION_DENIED,
          "token: "
              + text.id()
              + " is for hosts in "
              + binding.range().get()
              + "; this one connects from "
              + asked.request.address.getHostAddress());
    }
    if (binding.keyFingerprint().isPresent()
        && !binding.keyFingerprint().get().equals(asked.fingerprint)) {
      throw new RequestException(
          Kind.PERMISSION_DENIED,
          "token: "
              + text.id()
              + " is for the host with the key "
              + binding.keyFingerprint().get()
              + "; this one has "
              + asked.fingerprint);
    }
    return token;
  }

  private void join(Transaction transaction, JoinToken token, NewHost host, Asked asked) {
    if (token.used() >= token.uses()) {
      throw refused("is used up: it was good for " + token.uses() + " host(s)", asked.token);
    }
    if (!hosts.add(transaction, host, token.labels(), asked.request.agentLabels)) {
      throw new RequestException(
          Kind.ALREADY_EXISTS,
          "host_name: "
              + RequestException.shown(host.name())
              + ": the fleet has a host of that name; choose another name, or remove the old host"
              + " with `hostler host remove "
              + host.name()
              + "`");
    }
    tokens.use(transaction, token.id());
  }

  private void record(
      Transaction transaction, UUID id, Asked asked, HostCertificate issued, boolean again) {
    audit.append(
        transaction,
        Actor.host(id),
        "host.enroll",
        "host:" + id,
        Map.of(
            "name",
            asked.name,
            "token",
            asked.token.id(),
            "address",
            asked.request.address.getHostAddress(),
            "key",
            asked.fingerprint,
            "certificate",
            issued.serial(),
            "again",
            again));
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
