package dev.hostler.cli.audit;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.AuditEntry;
import java.util.List;

/** Rows of the audit log, for people and programs. */
final class AuditView {
  private AuditView() {}

  static Table table(List<AuditEntry> entries) {
    Table table = new Table("#", "AT", "ACTOR", "VERB", "RESULT", "SUBJECT", "DETAILS");
    for (AuditEntry entry : entries) {
      table
          .row()
          .cell(Long.toUnsignedString(entry.getSequence()))
          .cell(Format.local(entry.getAt()))
          .cell(entry.getActor())
          .cell(entry.getVerb())
          .cell(entry.getResult())
          .cell(entry.getSubject())
          .cell(entry.getDetails());
    }
    return table;
  }

  static Json.Fields json(AuditEntry entry) {
    return Json.object()
        .put("sequence", entry.getSequence())
        .put("at", Format.utc(entry.hasAt(), entry.getAt()))
        .put("actor", entry.getActor())
        .put("verb", entry.getVerb())
        .put("subject", entry.getSubject())
        .put("details", Json.raw(entry.getDetails()))
        .put("result", entry.getResult())
        .put("previous_hash", Format.hex(entry.getPreviousHash()))
        .put("hash", Format.hex(entry.getHash()));
  }
}
