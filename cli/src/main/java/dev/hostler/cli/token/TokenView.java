package dev.hostler.cli.token;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.CreateTokenResponse;
import dev.hostler.proto.v1.Token;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/** How tokens look. */
final class TokenView {
  private TokenView() {}

  static Json.Fields json(Token token) {
    return Json.object()
        .put("id", token.getId())
        .put("uses", Integer.toUnsignedLong(token.getUses()))
        .put("used", Integer.toUnsignedLong(token.getUsed()))
        .put("created_at", Format.utc(token.hasCreatedAt(), token.getCreatedAt()))
        .put("created_by", token.getCreatedBy())
        .put("expires_at", Format.utc(token.hasExpiresAt(), token.getExpiresAt()))
        .put("revoked_at", Format.utc(token.hasRevokedAt(), token.getRevokedAt()))
        .put("labels", new TreeMap<>(token.getLabelsMap()))
        .put("address_range", token.getAddressRange().isEmpty() ? null : token.getAddressRange())
        .put(
            "key_fingerprint",
            token.getKeyFingerprint().isEmpty() ? null : token.getKeyFingerprint())
        .put("approve", token.getApprove());
  }

  static Table table(List<Token> tokens, Style style, Instant now) {
    Table table = new Table("ID", "STATE", "USED", "ENDS", "BY", "LABELS");
    for (Token token : tokens) {
      table
          .row()
          .cell(token.getId())
          .state(state(token, now), style)
          .cell(token.getUsed() + "/" + token.getUses())
          .cell(token.hasExpiresAt() ? Format.local(token.getExpiresAt()) : "")
          .cell(token.getCreatedBy())
          .cell(Format.labels(token.getLabelsMap()));
    }
    return table;
  }

  private static String state(Token token, Instant now) {
    if (token.hasRevokedAt()) {
      return "revoked";
    }
    if (token.hasExpiresAt() && !now.isBefore(Format.instant(token.getExpiresAt()))) {
      return "expired";
    }
    return Integer.compareUnsigned(token.getUsed(), token.getUses()) >= 0 ? "used_up" : "active";
  }

  static String advice(CreateTokenResponse response, String agentAddress, Instant now) {
    Token token = response.getDetails();
    return "Works for "
        + (token.getUses() == 1 ? "one host" : token.getUses() + " hosts")
        + (token.getAddressRange().isEmpty() ? "" : " from " + token.getAddressRange())
        + (token.hasExpiresAt()
            ? " in the next "
                + Format.roughly(
                    Duration.between(now, Format.instant(token.getExpiresAt())).plusMillis(999))
            : "")
        + ". On the host:\n  HOSTLER_JOIN_TOKEN="
        + response.getToken()
        + " hostler-agent enroll --config agent.toml --controller "
        + agentAddress
        + (token.getApprove()
            ? "\nThen let it in: hostler host pending, hostler host approve NAME"
            : "");
  }
}
