package dev.hostler.controller.roots;

import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.controller.db.Transaction;
import java.security.cert.CertificateEncodingException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;

/** The SQL of {@code trusted_certificates}. Thread-safe. */
final class RootStore {
  /** Adds a root; false if it is there. */
  boolean insert(Transaction transaction, TrustedRoot root) {
    try {
      return transaction
              .handle()
              .createUpdate(
                  """
                  INSERT INTO trusted_certificates
                    (fingerprint, kind, subject, certificate, added_at, added_by)
                  VALUES (:fingerprint, :kind, :subject, :certificate, :at, :by)
                  ON CONFLICT DO NOTHING
                  """)
              .bind("fingerprint", HexFormat.of().parseHex(root.fingerprint()))
              .bind("kind", root.kind().code())
              .bind("subject", root.certificate().getSubjectX500Principal().getName())
              .bind("certificate", root.certificate().getEncoded())
              .bind("at", root.addedAt().atOffset(ZoneOffset.UTC))
              .bind("by", root.addedBy())
              .execute()
          == 1;
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }

  /** By kind, then subject. */
  List<TrustedRoot> all(Transaction transaction) {
    return transaction
        .handle()
        .createQuery(
            "SELECT * FROM trusted_certificates ORDER BY kind, subject COLLATE \"C\", fingerprint")
        .map((row, _) -> root(row))
        .list();
  }

  /** Those of a fingerprint, of whatever kind. */
  List<TrustedRoot> find(Transaction transaction, String fingerprint) {
    return transaction
        .handle()
        .createQuery(
            "SELECT * FROM trusted_certificates WHERE fingerprint = :fingerprint ORDER BY kind")
        .bind("fingerprint", HexFormat.of().parseHex(fingerprint))
        .map((row, _) -> root(row))
        .list();
  }

  void delete(Transaction transaction, String fingerprint) {
    transaction
        .handle()
        .createUpdate("DELETE FROM trusted_certificates WHERE fingerprint = :fingerprint")
        .bind("fingerprint", HexFormat.of().parseHex(fingerprint))
        .execute();
  }

  private static TrustedRoot root(ResultSet row) throws SQLException {
    try {
      return new TrustedRoot(
          TrustedRoot.Kind.of(row.getInt("kind")),
          Pem.certificate(row.getBytes("certificate"), "trusted_certificates"),
          row.getObject("added_at", OffsetDateTime.class).toInstant(),
          row.getString("added_by"));
    } catch (SigningException e) {
      throw new IllegalStateException("a stored certificate is bad", e);
    }
  }
}
