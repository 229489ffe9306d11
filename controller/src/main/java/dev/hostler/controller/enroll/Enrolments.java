package dev.hostler.controller.enroll;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.RowIds;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.enroll.EnrolmentRequest.State;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.failure.RequestException.Kind;
import dev.hostler.controller.host.HostFacts;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Hosts that wait for an operator to let them in. Thread-safe. */
public final class Enrolments {
  private final Database database;
  private final EnrolmentStore store;
  private final AuditStore audit;
  private final RowIds ids;

  /** Those of one fleet. */
  public Enrolments(
      Database database, EnrolmentStore store, AuditStore audit, InstantSource clock) {
    this.database = database;
    this.store = store;
    this.audit = audit;
    this.ids = new RowIds(clock);
  }

  /**
   * A host asks, with a token that is locked.
   *
   * @return the request: pending or approved
   * @throws RequestException PERMISSION_DENIED if it was turned away, EXHAUSTED if too many wait
   */
  EnrolmentRequest ask(
      Transaction transaction,
      JoinToken token,
      String hostName,
      String keyFingerprint,
      String address,
      HostFacts facts,
      Instant now) {
    Optional<EnrolmentRequest> before =
        store.find(transaction, token.id(), hostName, keyFingerprint);
    if (before.isPresent()) {
      EnrolmentRequest request = before.get();
      store.asked(transaction, request.id(), address, now);
      return switch (request.state()) {
        case PENDING, APPROVED -> request;
        case DENIED ->
            throw new RequestException(
                Kind.PERMISSION_DENIED,
                "host_name: "
                    + RequestException.shown(hostName)
                    + ": operator "
                    + request.decidedBy()
                    + " denied that this host joins");
        case JOINED ->
            throw new RequestException(
                Kind.PERMISSION_DENIED,
                "host_name: "
                    + RequestException.shown(hostName)
                    + ": this host has joined with this token already, and was removed since; use"
                    + " another token");
      };
    }
    if (store.open(transaction, token.id()) >= token.uses() - token.used()) {
      throw new RequestException(
          Kind.EXHAUSTED,
          "token: "
              + token.id()
              + " is good for "
              + token.uses()
              + " host(s), and as many have joined or wait for approval; see `hostler host pending`");
    }
    EnrolmentRequest request =
        new EnrolmentRequest(
            ids.next(),
            token.id(),
            hostName,
            keyFingerprint,
            address,
            facts,
            State.PENDING,
            now,
            now,
            null);
    store.insert(transaction, request);
    audit.append(
        transaction,
        Actor.SYSTEM,
        "host.request",
        "enrolment:" + request.id(),
        Map.of("name", hostName, "token", token.id(), "key", keyFingerprint, "address", address));
    return request;
  }

  /** The host of an approved request has joined. */
  void joined(Transaction transaction, UUID id) {
    store.decide(transaction, id, State.JOINED, null);
  }

  /**
   * Oldest first.
   *
   * @param all also those that were decided
   * @param after id of the one before the first; null: from the oldest
   */
  public List<EnrolmentRequest> list(boolean all, @Nullable UUID after, int limit) {
    return database.transact(transaction -> store.list(transaction, all, after, limit));
  }

  /**
   * Lets a host in; nothing if it was let in already.
   *
   * @param idOrName id of the request, or the host name if one pending request has it
   * @param keyFingerprint that it must have; empty: any
   * @throws RequestException NOT_FOUND, INVALID, FAILED_PRECONDITION
   */
  public EnrolmentRequest approve(String operator, String idOrName, String keyFingerprint) {
    String wanted =
        keyFingerprint.isBlank() ? "" : TokenBinding.fingerprint("key_fingerprint", keyFingerprint);
    return decide(operator, idOrName, wanted, State.APPROVED, "host.approve");
  }

  /** Turns a host away; as {@link #approve}. */
  public EnrolmentRequest deny(String operator, String idOrName) {
    return decide(operator, idOrName, "", State.DENIED, "host.deny");
  }

  private EnrolmentRequest decide(
      String operator, String idOrName, String key, State state, String verb) {
    return database.transact(transaction -> {
      EnrolmentRequest request = one(transaction, idOrName);
      if (!key.isEmpty() && !key.equals(request.keyFingerprint())) {
        throw RequestException.invalid(
            "key_fingerprint",
            key,
            "the host that asks has the key "
                + request.keyFingerprint()
                + ": it is another one; deny it, unless you copied the wrong fingerprint");
      }
      if (request.state() == state) {
        return request;
      }
      if (request.state() != State.PENDING) {
        throw new RequestException(
            Kind.FAILED_PRECONDITION,
            "enrolment: "
                + RequestException.shown(idOrName)
                + ": it is "
                + request.state().text()
                + " already, decided by "
                + request.decidedBy());
      }
      store.decide(transaction, request.id(), state, operator);
      audit.append(
          transaction,
          Actor.operator(operator),
          verb,
          "enrolment:" + request.id(),
          Map.of(
              "name", request.hostName(),
              "key", request.keyFingerprint(),
              "address", request.address()));
      return one(transaction, request.id().toString());
    });
  }

  private EnrolmentRequest one(Transaction transaction, String idOrName) {
    UUID id = id(idOrName);
    List<EnrolmentRequest> found =
        store.lock(transaction, id, idOrName.strip().toLowerCase(Locale.ROOT));
    if (found.isEmpty()) {
      throw RequestException.notFound(
          "enrolment",
          idOrName,
          "no host with this id or name waits for approval; see `hostler host pending`");
    }
    if (found.size() > 1) {
      throw RequestException.invalid(
          "enrolment",
          idOrName,
          found.size() + " hosts of this name wait for approval; give the id of one");
    }
    return found.getFirst();
  }

  private static @Nullable UUID id(String text) {
    try {
      return text.length() == 36 ? UUID.fromString(text) : null;
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
