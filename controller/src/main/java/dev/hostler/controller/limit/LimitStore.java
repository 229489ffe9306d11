package dev.hostler.controller.limit;

import dev.hostler.controller.db.Transaction;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.limits.Limits;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The SQL of {@code limit_policies}. Thread-safe. */
public final class LimitStore {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** All, the fleet's first. */
  List<LimitPolicy> list(Transaction transaction) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM limit_policies ORDER BY scope, subject")
        .map((row, _) -> policy(row))
        .list();
  }

  /** Those that can hold for attempts of these bundles on these hosts. */
  public PolicySet of(Transaction transaction, Collection<String> bundles, Collection<UUID> hosts) {
    return new PolicySet(
        transaction
            .handle()
            .createQuery(
                """
                SELECT * FROM limit_policies
                WHERE scope = 1 OR (scope = 2 AND subject = ANY (:bundles::text[]))
                  OR (scope = 3 AND subject = ANY (:hosts::text[]))
                ORDER BY scope
                """)
            .bind("bundles", bundles.toArray(String[]::new))
            .bind("hosts", hosts.stream().map(UUID::toString).toArray(String[]::new))
            .map((row, _) -> policy(row))
            .list());
  }

  /** One, locked until the transaction ends; so are two who set the first one. */
  Optional<LimitPolicy> lock(Transaction transaction, LimitScope scope, String subject) {
    transaction
        .handle()
        .createQuery("SELECT pg_advisory_xact_lock(hashtextextended(:key, 150))::text")
        .bind("key", scope.code() + "\n" + subject)
        .mapTo(String.class)
        .one();
    return transaction
        .handle()
        .createQuery("SELECT * FROM limit_policies WHERE scope = :scope AND subject = :subject")
        .bind("scope", scope.code())
        .bind("subject", subject)
        .map((row, _) -> policy(row))
        .findOne();
  }

  void put(Transaction transaction, LimitPolicy policy) {
    ObjectNode limits = JSON.createObjectNode();
    policy.limits().write(limits);
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO limit_policies (scope, subject, limits, changed_at, changed_by)
            VALUES (:scope, :subject, :limits::jsonb, :at, :by)
            ON CONFLICT (scope, subject) DO UPDATE SET limits = excluded.limits,
              changed_at = excluded.changed_at, changed_by = excluded.changed_by
            """)
        .bind("scope", policy.scope().code())
        .bind("subject", policy.subject())
        .bind("limits", limits.toString())
        .bind("at", policy.changedAt() == null ? null : policy.changedAt().atOffset(ZoneOffset.UTC))
        .bind("by", policy.changedBy())
        .execute();
  }

  void remove(Transaction transaction, LimitScope scope, String subject) {
    transaction
        .handle()
        .createUpdate("DELETE FROM limit_policies WHERE scope = :scope AND subject = :subject")
        .bind("scope", scope.code())
        .bind("subject", subject)
        .execute();
  }

  private static LimitPolicy policy(ResultSet row) throws SQLException {
    // Limits that a newer controller knows are for it to apply.
    return new LimitPolicy(
        LimitScope.of(row.getInt("scope")),
        row.getString("subject"),
        Limits.read(JSON.readTree(row.getString("limits")), "limits", new Problems()),
        row.getObject("changed_at", OffsetDateTime.class).toInstant(),
        row.getString("changed_by"));
  }
}
