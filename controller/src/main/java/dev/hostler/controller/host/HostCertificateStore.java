package dev.hostler.controller.host;

import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.host.HostCertificates.Progress;
import dev.hostler.controller.host.HostCertificates.Standing;
import dev.hostler.controller.host.HostCertificates.Unmoved;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of hosts' certificates. Thread-safe. */
public final class HostCertificateStore {
  private static final HexFormat HEX = HexFormat.of();

  /** Does it hold the root, and is its newest certificate from it? */
  private static final String HOLDS = "decode(:root, 'hex') = ANY (h.roots_held)";

  private static final String HAS = "h.certificate_ca IS NOT DISTINCT FROM decode(:root, 'hex')";

  Standing lock(Transaction transaction, UUID hostId, String fingerprint) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT certificate_fingerprint = decode(:fingerprint, 'hex') AS newest,
              coalesce(certificate_before = decode(:fingerprint, 'hex'), false) AS before
            FROM hosts WHERE id = :id AND removed_at IS NULL FOR NO KEY UPDATE
            """)
        .bind("id", hostId)
        .bind("fingerprint", fingerprint)
        .map((row, _) ->
            row.getBoolean("newest")
                ? Standing.NEWEST
                : row.getBoolean("before") ? Standing.BEFORE : Standing.SUPERSEDED)
        .findOne()
        .orElse(Standing.NO_HOST);
  }

  void renewed(
      Transaction transaction, UUID hostId, @Nullable String present, HostCertificate newer) {
    transaction
        .handle()
        .createUpdate(
            """
            UPDATE hosts SET certificate_serial = :serial,
              certificate_fingerprint = decode(:fingerprint, 'hex'),
              certificate_before = decode(:before, 'hex'),
              certificate_expires_at = :expires,
              certificate_ca = decode(:ca, 'hex'),
              key_fingerprint = decode(:key, 'hex')
            WHERE id = :id
            """)
        .bind("serial", newer.serial())
        .bind("fingerprint", newer.fingerprint())
        .bind("before", present)
        .bind("expires", newer.expiresAt().atOffset(ZoneOffset.UTC))
        .bind("ca", ca(newer))
        .bind("key", newer.keyFingerprint())
        .bind("id", hostId)
        .execute();
  }

  private static @Nullable String ca(HostCertificate certificate) {
    return certificate.ca().orElse(null);
  }

  void connected(
      Transaction transaction, UUID hostId, String fingerprint, Collection<String> roots) {
    transaction
        .handle()
        .createUpdate(
            """
            UPDATE hosts SET roots_held = :roots, certificate_before =
              CASE WHEN certificate_fingerprint = decode(:fingerprint, 'hex') THEN NULL
                ELSE certificate_before END
            WHERE id = :id AND (roots_held <> :roots OR (certificate_before IS NOT NULL
              AND certificate_fingerprint = decode(:fingerprint, 'hex')))
            """)
        .bindArray("roots", byte[].class, roots.stream().sorted().map(HEX::parseHex).toArray())
        .bind("fingerprint", fingerprint)
        .bind("id", hostId)
        .execute();
  }

  Progress progress(Transaction transaction, String root) {
    return transaction
        .handle()
        .createQuery(
            "SELECT count(*) AS all_hosts, count(*) FILTER (WHERE "
                + HOLDS
                + " AND "
                + HAS
                + ") AS moved FROM hosts h WHERE h.removed_at IS NULL")
        .bind("root", root)
        .map((row, _) -> new Progress(row.getLong("all_hosts"), row.getLong("moved")))
        .one();
  }

  List<Unmoved> unmoved(Transaction transaction, String root, int limit) {
    return transaction
        .handle()
        .createQuery(
            HostStore.select(", " + HOLDS + " AS holds_root, " + HAS + " AS has_certificate")
                + " AND NOT ("
                + HOLDS
                + " AND "
                + HAS
                + ") ORDER BY h.name COLLATE \"C\" LIMIT :limit")
        .bind("root", root)
        .bind("limit", limit)
        .map((row, _) ->
            new Unmoved(
                HostStore.host(row),
                row.getBoolean("holds_root"),
                row.getBoolean("has_certificate")))
        .list();
  }
}
