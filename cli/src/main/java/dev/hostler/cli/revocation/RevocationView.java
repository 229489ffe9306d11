package dev.hostler.cli.revocation;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.Revocation;
import java.util.List;

/** Revocations for people and programs. */
final class RevocationView {
  private static final String PREFIX = "REVOCATION_KIND_";

  private RevocationView() {}

  static Json.Fields json(Revocation one) {
    return Json.object()
        .put("kind", Format.name(one.getKind(), PREFIX))
        .put("value", one.getValue())
        .put("reason", one.getReason())
        .put("at", Format.utc(one.hasAt(), one.getAt()))
        .put("by", one.getBy());
  }

  static Table table(List<Revocation> all) {
    Table table = new Table("KIND", "VALUE", "AT", "BY", "REASON");
    for (Revocation one : all) {
      table
          .row()
          .cell(Format.name(one.getKind(), PREFIX))
          .cell(one.getValue())
          .cell(Format.local(one.getAt()))
          .cell(one.getBy())
          .cell(one.getReason());
    }
    return table;
  }
}
