package dev.hostler.cli.index;

import dev.hostler.cli.command.Details;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.trust.index.BundleVersion;
import dev.hostler.trust.index.TrustIndex;

/** An index for people and programs. */
final class IndexView {
  private IndexView() {}

  static Json.Fields json(TrustIndex index) {
    return Json.object()
        .put("number", index.number())
        .put("issued_at", index.issued().toString())
        .put("expires_at", index.expires().toString())
        .put("bundles", index.bundles().stream().map(IndexView::json).toList())
        .put("revoked_certificates", index.revoked().certificates().stream().toList())
        .put("revoked_bundles", index.revoked().bundles().stream().toList())
        .put("revoked_operators", index.revoked().operators().stream().toList());
  }

  private static Json.Fields json(BundleVersion one) {
    return Json.object()
        .put("name", one.name())
        .put("version", one.version().toString())
        .put("manifest_digest", one.manifest())
        .put("yanked", one.yanked());
  }

  static String text(TrustIndex index, String signer, Style style) {
    String head =
        new Details(style)
            .line("Number", Long.toString(index.number()))
            .line("Signer", signer)
            .line("Issued", index.issued().toString())
            .line("Expires", index.expires().toString())
            .line("Revoked operators", String.join(", ", index.revoked().operators()))
            .line("Revoked certificates", String.join(", ", index.revoked().certificates()))
            .line("Revoked bundles", String.join(", ", index.revoked().bundles()))
            .toString();
    if (index.bundles().isEmpty()) {
      return head;
    }
    Table table = new Table("BUNDLE", "VERSION", "STATE", "MANIFEST");
    for (BundleVersion one : index.bundles()) {
      table
          .row()
          .cell(one.name())
          .cell(one.version().toString())
          .state(one.yanked() ? "yanked" : "good", style)
          .cell(one.manifest());
    }
    return head + "\n\n" + String.join("\n", table.lines(style));
  }

  /** What somebody should look at before and after signing. */
  static String summary(TrustIndex index) {
    long yanked = index.bundles().stream().filter(BundleVersion::yanked).count();
    return "%d bundle versions, %d of them yanked; revoked: %d operators, %d certificates, %d bundles; counts until %s"
        .formatted(
            index.bundles().size(),
            yanked,
            index.revoked().operators().size(),
            index.revoked().certificates().size(),
            index.revoked().bundles().size(),
            index.expires());
  }
}
