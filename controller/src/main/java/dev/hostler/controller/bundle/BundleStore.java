package dev.hostler.controller.bundle;

import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.controller.db.Transaction;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** The SQL of {@code bundles} and {@code bundle_chunks}. Thread-safe. */
final class BundleStore {
  private static final HexFormat HEX = HexFormat.of();
  private static final RowMapper<StoredBundle> BUNDLE = (row, _) -> bundle(row);

  /**
   * Adds a bundle without its bytes.
   *
   * @param precedence see {@link Precedence}
   * @return false if there is a bundle of that name and version
   */
  boolean insert(Transaction transaction, StoredBundle bundle, String precedence) {
    return transaction
            .handle()
            .createUpdate(
                """
                INSERT INTO bundles (manifest_digest, name, version, precedence, size, manifest,
                  signer, signer_fingerprint, description, expires_at, pushed_at, pushed_by,
                  signer_chain)
                VALUES (:digest, :name, :version, :precedence, :size, :manifest, :signer,
                  :fingerprint, :description, :expires, :pushed, :by, :chain)
                ON CONFLICT DO NOTHING
                """)
            .bind("digest", HEX.parseHex(bundle.digest()))
            .bind("name", bundle.name())
            .bind("version", bundle.version())
            .bind("precedence", precedence)
            .bind("size", bundle.size())
            .bind("manifest", bundle.manifest())
            .bind("signer", bundle.signer())
            .bind("fingerprint", HEX.parseHex(bundle.signerFingerprint()))
            .bind("description", bundle.description())
            .bind("expires", bundle.expiresAt())
            .bind("pushed", bundle.pushedAt())
            .bind("by", bundle.pushedBy())
            .bindArray("chain", byte[].class, der(bundle.chain()))
            .execute()
        == 1;
  }

  /** Adds a piece of a bundle file. */
  void append(Transaction transaction, String digest, long offset, byte[] data) {
    transaction
        .handle()
        .createUpdate("INSERT INTO bundle_chunks VALUES (:digest, :offset, :data)")
        .bind("digest", HEX.parseHex(digest))
        .bind("offset", offset)
        .bind("data", data)
        .execute();
  }

  Optional<StoredBundle> find(Transaction transaction, String digest) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM bundles WHERE manifest_digest = :digest")
        .bind("digest", HEX.parseHex(digest))
        .map(BUNDLE)
        .findOne();
  }

  /**
   * A version.
   *
   * @param version empty: the newest
   */
  Optional<StoredBundle> find(Transaction transaction, String name, String version) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT * FROM bundles
            WHERE name COLLATE "C" = :name AND (:version = '' OR version = :version)
            ORDER BY precedence DESC LIMIT 1
            """)
        .bind("name", name)
        .bind("version", version)
        .map(BUNDLE)
        .findOne();
  }

  /** By name, then newest first, after the given one. */
  List<StoredBundle> list(
      Transaction transaction,
      String name,
      @Nullable String afterName,
      @Nullable String afterPrecedence,
      int limit) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT * FROM bundles
            WHERE (:name = '' OR name COLLATE "C" = :name)
              AND (:after::text IS NULL OR name COLLATE "C" > :after::text
                OR name = :after AND precedence < :precedence::text)
            ORDER BY name COLLATE "C", precedence DESC LIMIT :limit
            """)
        .bind("name", name)
        .bind("after", afterName)
        .bind("precedence", afterPrecedence)
        .bind("limit", limit)
        .map(BUNDLE)
        .list();
  }

  /** The piece of a bundle file that holds {@code offset}, from there on. */
  Optional<byte[]> read(Transaction transaction, String digest, long offset) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT substring(data FROM (:offset - start_offset + 1)::int) AS data
            FROM bundle_chunks
            WHERE manifest_digest = :digest AND start_offset <= :offset
            ORDER BY start_offset DESC LIMIT 1
            """)
        .bind("digest", HEX.parseHex(digest))
        .bind("offset", offset)
        .map((row, _) -> row.getBytes("data"))
        .findOne();
  }

  private static StoredBundle bundle(ResultSet row) throws SQLException {
    OffsetDateTime expires = row.getObject("expires_at", OffsetDateTime.class);
    return new StoredBundle(
        HEX.formatHex(row.getBytes("manifest_digest")),
        row.getString("name"),
        row.getString("version"),
        row.getLong("size"),
        row.getString("manifest"),
        row.getString("signer"),
        HEX.formatHex(row.getBytes("signer_fingerprint")),
        row.getString("description"),
        expires == null ? null : expires.toInstant(),
        row.getObject("pushed_at", OffsetDateTime.class).toInstant(),
        row.getString("pushed_by"),
        chain(row.getArray("signer_chain")));
  }

  private static List<byte[]> der(List<X509Certificate> chain) {
    List<byte[]> der = new ArrayList<>();
    try {
      for (X509Certificate certificate : chain) {
        der.add(certificate.getEncoded());
      }
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
    return der;
  }

  private static List<X509Certificate> chain(@Nullable Array der) throws SQLException {
    List<X509Certificate> chain = new ArrayList<>();
    if (der != null) {
      for (byte[] one : (byte[][]) der.getArray()) {
        try {
          chain.add(Pem.certificate(one, "bundles.signer_chain"));
        } catch (SigningException e) {
          throw new IllegalStateException("a stored certificate is bad", e);
        }
      }
    }
    return chain;
  }
}
