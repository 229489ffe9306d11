package dev.hostler.cli.bundle;

import dev.hostler.cli.command.Details;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.Bundle;
import java.time.Duration;
import java.util.List;

/** How bundles look. */
final class BundleView {
  private BundleView() {}

  static Json.Fields json(Bundle bundle) {
    return Json.object()
        .put("name", bundle.getName())
        .put("version", bundle.getVersion())
        .put("manifest_digest", Format.hex(bundle.getManifestDigest()))
        .put("size", bundle.getSize())
        .put("signer", bundle.getSigner())
        .put("signer_fingerprint", Format.hex(bundle.getSignerFingerprint()))
        .put("pushed_at", Format.utc(bundle.hasPushedAt(), bundle.getPushedAt()))
        .put("pushed_by", bundle.getPushedBy())
        .put("expires_at", Format.utc(bundle.hasExpiresAt(), bundle.getExpiresAt()))
        .put("description", bundle.getDescription())
        .put("actions", bundle.getActionsList().stream().map(BundleView::json).toList());
  }

  private static Json.Fields json(Action action) {
    return Json.object()
        .put("name", action.getName())
        .put("description", action.getDescription())
        .put("params_schema", Json.raw(action.getParamsSchema()))
        .put("timeout_seconds", Format.seconds(action.hasTimeout(), action.getTimeout()))
        .put("run_as", action.getRunAs())
        .put("writable_paths", action.getWritablePathsList())
        .put("network", action.getNetwork());
  }

  static Table table(List<Bundle> bundles) {
    Table table = new Table("NAME", "VERSION", "SIZE", "PUSHED", "BY", "SIGNER", "DESCRIPTION");
    for (Bundle bundle : bundles) {
      table
          .row()
          .cell(bundle.getName())
          .cell(bundle.getVersion())
          .cell(Format.bytes(bundle.getSize()))
          .cell(bundle.hasPushedAt() ? Format.local(bundle.getPushedAt()) : "")
          .cell(bundle.getPushedBy())
          .cell(bundle.getSigner())
          .cell(bundle.getDescription());
    }
    return table;
  }

  static String details(Bundle bundle, Style style) {
    StringBuilder text =
        new StringBuilder(
            new Details(style)
                .line("bundle", bundle.getName() + " " + bundle.getVersion())
                .line("description", bundle.getDescription())
                .line("digest", Format.hex(bundle.getManifestDigest()))
                .line("size", Format.bytes(bundle.getSize()))
                .line("signer", bundle.getSigner())
                .line("pushed", bundle.hasPushedAt() ? Format.local(bundle.getPushedAt()) : "")
                .line("by", bundle.getPushedBy())
                .line("expires", bundle.hasExpiresAt() ? Format.local(bundle.getExpiresAt()) : "")
                .toString());
    for (Action action : bundle.getActionsList()) {
      text.append("\n\n")
          .append(
              new Details(style)
                  .line("action", action.getName())
                  .line("description", action.getDescription())
                  .line("runs as", action.getRunAs())
                  .line("network", action.getNetwork())
                  .line("writes", String.join(" ", action.getWritablePathsList()))
                  .line(
                      "timeout",
                      action.hasTimeout()
                          ? Format.roughly(Duration.ofSeconds(action.getTimeout().getSeconds()))
                          : "")
                  .toString());
      List<String> parameters = ParameterText.lines(action.getParamsSchema());
      if (!parameters.isEmpty()) {
        text.append('\n').append(style.bold("parameters"));
        parameters.forEach(line -> text.append("\n  ").append(Table.printable(line)));
      }
    }
    return text.toString();
  }
}
