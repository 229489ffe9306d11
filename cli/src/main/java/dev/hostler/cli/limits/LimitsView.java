package dev.hostler.cli.limits;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.DecidedLimit;
import dev.hostler.proto.v1.LimitPolicy;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How limits look. */
final class LimitsView {
  private LimitsView() {}

  private static FieldDescriptor field(Limit limit) {
    return dev.hostler.proto.v1.Limits.getDescriptor().findFieldByName(limit.field());
  }

  static dev.hostler.proto.v1.Limits message(Limits limits) {
    dev.hostler.proto.v1.Limits.Builder message = dev.hostler.proto.v1.Limits.newBuilder();
    for (Map.Entry<Limit, Long> one : limits.values().entrySet()) {
      message.setField(field(one.getKey()), one.getValue());
    }
    return message.build();
  }

  private static Limits read(dev.hostler.proto.v1.Limits message) {
    EnumMap<Limit, Long> values = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      if (message.hasField(field(limit))) {
        values.put(limit, (Long) message.getField(field(limit)));
      }
    }
    return Limits.of(values);
  }

  private static String scope(LimitPolicy policy) {
    return Format.name(policy.getScope(), "LIMIT_SCOPE_");
  }

  static Json.Fields json(LimitPolicy policy) {
    Json.Fields limits = Json.object();
    read(policy.getLimits()).values().forEach((limit, value) -> limits.put(limit.field(), value));
    return Json.object()
        .put("scope", scope(policy))
        .put("subject", policy.getSubject().isEmpty() ? null : policy.getSubject())
        .put("name", policy.getName().isEmpty() ? null : policy.getName())
        .put("limits", limits)
        .put("changed_at", Format.utc(policy.hasChangedAt(), policy.getChangedAt()))
        .put("changed_by", policy.getChangedBy());
  }

  static Table table(List<LimitPolicy> policies) {
    Table table = new Table("SCOPE", "NAME", "CHANGED", "BY", "LIMITS");
    for (LimitPolicy policy : policies) {
      table
          .row()
          .cell(scope(policy))
          .cell(policy.getName())
          .cell(policy.hasChangedAt() ? Format.local(policy.getChangedAt()) : "")
          .cell(policy.getChangedBy())
          .cell(read(policy.getLimits()).toString());
    }
    return table;
  }

  static String words(LimitPolicy policy) {
    Limits limits = read(policy.getLimits());
    String whose =
        policy.getName().isEmpty()
            ? "The fleet"
            : Table.printable("The " + scope(policy) + " " + policy.getName());
    return limits.isEmpty()
        ? whose + " has no limits of its own now."
        : whose + " has: " + limits + ". Attempts that run already keep theirs.";
  }

  static Json.Fields json(DecidedLimit decided) {
    return Json.object()
        .put("limit", decided.getLimit())
        .put("value", decided.getValue())
        .put("set_by", decided.getSetBy());
  }

  static Table decided(List<DecidedLimit> all) {
    Table table = new Table("LIMIT", "AT MOST", "SET BY");
    for (DecidedLimit one : all) {
      table
          .row()
          .cell(one.getLimit())
          .cell(
              Limit.ofKey(one.getLimit())
                  .map(limit -> limit.format(one.getValue()))
                  .orElse(Long.toString(one.getValue())))
          .cell(one.getSetBy());
    }
    return table;
  }
}
