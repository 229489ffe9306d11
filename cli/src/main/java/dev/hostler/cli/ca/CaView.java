package dev.hostler.cli.ca;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.FleetCa;
import dev.hostler.proto.v1.FleetRoot;
import dev.hostler.proto.v1.UnmovedHost;
import java.time.Instant;
import java.util.HexFormat;

/** How the fleet CA looks. */
final class CaView {
  private CaView() {}

  static Json.Fields json(FleetCa ca) {
    return Json.object()
        .put("rotating", ca.getRootsCount() > 1)
        .put(
            "roots",
            ca.getRootsList().stream()
                .map(root ->
                    Json.object()
                        .put("subject", root.getSubject())
                        .put("fingerprint", fingerprint(root))
                        .put("not_before", Format.utc(true, root.getNotBefore()))
                        .put("not_after", Format.utc(true, root.getNotAfter()))
                        .put("issuing", root.getIssuing()))
                .toList())
        .put("hosts", ca.getHosts())
        .put("moved", ca.getMoved())
        .put(
            "not_moved",
            ca.getNotMovedList().stream()
                .map(host ->
                    Json.object()
                        .put("id", host.getId())
                        .put("name", host.getName())
                        .put("connected", host.getConnected())
                        .put("holds_root", host.getHoldsRoot())
                        .put("has_certificate", host.getHasCertificate())
                        .put(
                            "last_seen_at", Format.utc(host.hasLastSeenAt(), host.getLastSeenAt())))
                .toList());
  }

  static String text(FleetCa ca, Style style, Instant now) {
    Table roots = new Table("ROOT", "USE", "UNTIL", "SHA-256");
    for (FleetRoot root : ca.getRootsList()) {
      roots
          .row()
          .cell(root.getSubject())
          .cell(root.getIssuing() ? "issues" : "is replaced")
          .cell(Format.local(root.getNotAfter()))
          .cell(fingerprint(root));
    }
    StringBuilder text = new StringBuilder(String.join("\n", roots.lines(style)));
    if (ca.getRootsCount() == 1) {
      return text.toString();
    }
    text.append(
        "\n\n%d of %d hosts have moved to the newest root."
            .formatted(ca.getMoved(), ca.getHosts()));
    if (ca.getNotMovedCount() == 0) {
      return text.append(" End the rotation with `hostler ca rotate --finish`.").toString();
    }
    Table hosts = new Table("NOT MOVED", "STATE", "SEEN", "HOLDS ROOT", "HAS CERTIFICATE");
    for (UnmovedHost host : ca.getNotMovedList()) {
      hosts
          .row()
          .cell(host.getName())
          .state(host.getConnected() ? "connected" : "offline", style)
          .cell(host.hasLastSeenAt() ? Format.age(host.getLastSeenAt(), now) : "never")
          .cell(host.getHoldsRoot() ? "yes" : "no")
          .cell(host.getHasCertificate() ? "yes" : "no");
    }
    return text.append('\n').append(String.join("\n", hosts.lines(style))).toString();
  }

  private static String fingerprint(FleetRoot root) {
    return HexFormat.of().formatHex(root.getFingerprint().toByteArray());
  }
}
