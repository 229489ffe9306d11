package dev.hostler.cli.alert;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.Alert;
import dev.hostler.proto.v1.AlertRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** How alerts and their rules look. */
final class AlertView {
  private AlertView() {}

  static Json.Fields json(Alert alert) {
    return Json.object()
        .put("id", alert.getId())
        .put("rule", alert.getRule())
        .put("host_id", alert.getHostId())
        .put("host_name", alert.getHostName())
        .put("task_id", alert.getTaskId().isEmpty() ? null : alert.getTaskId())
        .put("value", alert.getValue())
        .put(
            "time_to_limit_seconds", Format.seconds(alert.hasTimeToLimit(), alert.getTimeToLimit()))
        .put("message", alert.getMessage())
        .put("raised_at", Format.utc(alert.hasRaisedAt(), alert.getRaisedAt()))
        .put("resolved_at", Format.utc(alert.hasResolvedAt(), alert.getResolvedAt()));
  }

  static Table table(List<Alert> alerts, Style style, Instant now) {
    Table table = new Table("STATE", "SINCE", "HOST", "RULE", "TASK", "WHAT");
    for (Alert alert : alerts) {
      table
          .row()
          .state(alert.hasResolvedAt() ? "resolved" : "raised", style)
          .cell(Format.age(alert.getRaisedAt(), now))
          .cell(alert.getHostName())
          .cell(alert.getRule())
          .cell(alert.getTaskId())
          .cell(alert.getMessage());
    }
    return table;
  }

  static Json.Fields json(AlertRule rule) {
    Json.Fields fields =
        Json.object()
            .put("name", rule.getName())
            .put("metric", rule.getMetric())
            .put("window_seconds", Format.seconds(rule.hasWindow(), rule.getWindow()))
            .put("above", rule.hasAbove() ? rule.getAbove() : null);
    if (rule.hasTrend()) {
      fields
          .put("limit", rule.getTrend().getLimit())
          .put(
              "within_seconds",
              Format.seconds(rule.getTrend().hasWithin(), rule.getTrend().getWithin()));
    }
    return fields
        .put("selector", rule.getSelector().isEmpty() ? null : rule.getSelector())
        .put("set_by", rule.getSetBy())
        .put("set_at", Format.utc(rule.hasSetAt(), rule.getSetAt()));
  }

  static Table rules(List<AlertRule> rules) {
    Table table = new Table("NAME", "METRIC", "RAISED WHEN", "HOSTS", "SET BY");
    for (AlertRule rule : rules) {
      table
          .row()
          .cell(rule.getName())
          .cell(rule.getMetric())
          .cell(
              rule.hasTrend()
                  ? "the line through "
                      + span(rule.getWindow())
                      + " is at "
                      + number(rule.getTrend().getLimit())
                      + " within "
                      + span(rule.getTrend().getWithin())
                  : "above " + number(rule.getAbove()) + " over " + span(rule.getWindow()))
          .cell(rule.getSelector().isEmpty() ? "all" : rule.getSelector())
          .cell(rule.getSetBy());
    }
    return table;
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%s", value);
  }

  private static String span(com.google.protobuf.Duration length) {
    return Format.roughly(Duration.ofSeconds(length.getSeconds(), length.getNanos()));
  }
}
