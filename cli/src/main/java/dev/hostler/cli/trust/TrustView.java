package dev.hostler.cli.trust;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.CertificateInfo;
import dev.hostler.proto.v1.TrustedCertificate;
import java.util.List;

/** Certificates, for people and programs. */
public final class TrustView {
  private TrustView() {}

  static Table table(List<TrustedCertificate> roots) {
    Table table = new Table("KIND", "SUBJECT", "UNTIL", "STATE", "ADDED BY", "FINGERPRINT");
    for (TrustedCertificate root : roots) {
      table
          .row()
          .cell(TrustKinds.text(root.getKind()))
          .cell(root.getCertificate().getSubject())
          .cell(Format.local(root.getCertificate().getNotAfter()))
          .cell(root.getRevoked() ? "revoked" : "known")
          .cell(root.getAddedBy())
          .cell(root.getCertificate().getFingerprint());
    }
    return table;
  }

  static Json.Fields json(TrustedCertificate root) {
    return json(root.getCertificate())
        .put("kind", TrustKinds.text(root.getKind()))
        .put("added_at", Format.utc(root.hasAddedAt(), root.getAddedAt()))
        .put("added_by", root.getAddedBy())
        .put("revoked", root.getRevoked());
  }

  /** A certificate of whatever kind. */
  public static Json.Fields json(CertificateInfo certificate) {
    return Json.object()
        .put("fingerprint", certificate.getFingerprint())
        .put("subject", certificate.getSubject())
        .put("issuer", certificate.getIssuer())
        .put("serial", certificate.getSerial())
        .put("not_before", Format.utc(certificate.hasNotBefore(), certificate.getNotBefore()))
        .put("not_after", Format.utc(certificate.hasNotAfter(), certificate.getNotAfter()));
  }
}
