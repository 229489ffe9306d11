package dev.hostler.controller.enroll;

import dev.hostler.common.config.AddressRange;
import dev.hostler.common.config.Quantities;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.Labels;
import dev.hostler.controller.trust.FleetCa;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes, lists and revokes join tokens. Thread-safe. */
public final class JoinTokens {
  private static final int MOST_USES = 1_000_000;
  private static final Duration LONGEST = Duration.ofDays(30);

  private final Database database;
  private final TokenStore tokens;
  private final AuditStore audit;
  private final FleetCa ca;
  private final InstantSource clock;

  /** Tokens of one fleet. */
  public JoinTokens(
      Database database, TokenStore tokens, AuditStore audit, FleetCa ca, InstantSource clock) {
    this.database = database;
    this.tokens = tokens;
    this.audit = audit;
    this.ca = ca;
    this.clock = clock;
  }

  /**
   * A new token.
   *
   * @param written with its secret, which nobody can show again
   * @param token the rest
   */
  public record Made(String written, JoinToken token) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "Made[" + token + "]";
    }
  }

  /**
   * Makes a token for whoever has it.
   *
   * @param operator who asks
   * @throws RequestException INVALID, naming the field
   */
  public Made create(String operator, int uses, Duration ttl, Map<String, String> labels) {
    return create(operator, uses, ttl, labels, TokenBinding.NONE);
  }

  /**
   * Makes a token.
   *
   * @param operator who asks
   * @throws RequestException INVALID, naming the field
   */
  public Made create(
      String operator, int uses, Duration ttl, Map<String, String> labels, TokenBinding binding) {
    if (uses < 1 || uses > MOST_USES) {
      throw RequestException.invalid("uses", uses, "use 1 to 1,000,000");
    }
    if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.compareTo(LONGEST) > 0) {
      throw RequestException.invalid("ttl", ttl, "use one second to 30 days");
    }
    Labels.check("labels", labels);
    TokenText text = TokenText.make(ca.digest());
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    JoinToken token =
        new JoinToken(text.id(), uses, 0, now, operator, now.plus(ttl), null, labels, binding);
    database.execute(transaction -> {
      tokens.insert(transaction, token, text.secretHash());
      audit.append(
          transaction,
          Actor.operator(operator),
          "token.create",
          "token:" + token.id(),
          Map.of(
              "uses", uses,
              "ttl", Quantities.format(ttl),
              "labels", labels,
              "address_range", binding.range().map(AddressRange::toString).orElse(""),
              "key", binding.keyFingerprint().orElse(""),
              "approve", binding.approve()));
    });
    return new Made(text.written(), token);
  }

  /**
   * Tokens, newest first.
   *
   * @param after id of the token before the first; null: from the newest
   */
  public List<JoinToken> list(@Nullable String after, int limit) {
    return database.transact(transaction -> tokens.list(transaction, after, limit));
  }

  /**
   * Revokes a token; nothing if it is revoked already.
   *
   * @throws RequestException NOT_FOUND
   */
  public JoinToken revoke(String operator, String id) {
    return database.transact(transaction -> {
      if (tokens.revoke(transaction, id, clock.instant())) {
        audit.append(
            transaction, Actor.operator(operator), "token.revoke", "token:" + id, Map.of());
      }
      return tokens
          .find(transaction, id)
          .orElseThrow(() ->
              RequestException.notFound(
                  "token_id",
                  id,
                  "there is no such token; see `hostler token list` for their ids"));
    });
  }
}
