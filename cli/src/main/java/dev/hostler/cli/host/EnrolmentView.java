package dev.hostler.cli.host;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.Enrolment;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** How hosts that wait for approval look. */
final class EnrolmentView {
  private EnrolmentView() {}

  static Json.Fields json(Enrolment enrolment) {
    return Json.object()
        .put("id", enrolment.getId())
        .put("host_name", enrolment.getHostName())
        .put("state", state(enrolment))
        .put("key_fingerprint", enrolment.getKeyFingerprint())
        .put("address", enrolment.getAddress())
        .put("token_id", enrolment.getTokenId())
        .put("requested_at", Format.utc(enrolment.hasRequestedAt(), enrolment.getRequestedAt()))
        .put("last_asked_at", Format.utc(enrolment.hasLastAskedAt(), enrolment.getLastAskedAt()))
        .put("decided_by", enrolment.getDecidedBy().isEmpty() ? null : enrolment.getDecidedBy())
        .put("os_name", enrolment.getFacts().getOsName());
  }

  static Table table(List<Enrolment> enrolments, Style style, Instant now) {
    Table table = new Table("NAME", "STATE", "ADDRESS", "ASKED", "KEY", "ID");
    for (Enrolment enrolment : enrolments) {
      table
          .row()
          .cell(enrolment.getHostName())
          .state(state(enrolment), style)
          .cell(enrolment.getAddress())
          .cell(Format.age(enrolment.getLastAskedAt(), now))
          .cell(enrolment.getKeyFingerprint())
          .cell(enrolment.getId());
    }
    return table;
  }

  static String state(Enrolment enrolment) {
    return enrolment.getState().name().substring("STATE_".length()).toLowerCase(Locale.ROOT);
  }
}
