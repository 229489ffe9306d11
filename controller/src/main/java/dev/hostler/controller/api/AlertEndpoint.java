package dev.hostler.controller.api;

import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Operator;
import dev.hostler.controller.access.Permission;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.usage.Alert;
import dev.hostler.controller.usage.AlertRule;
import dev.hostler.controller.usage.Alerts;
import dev.hostler.proto.v1.AlertServiceGrpc;
import dev.hostler.proto.v1.ListAlertRulesRequest;
import dev.hostler.proto.v1.ListAlertRulesResponse;
import dev.hostler.proto.v1.ListAlertsRequest;
import dev.hostler.proto.v1.ListAlertsResponse;
import dev.hostler.proto.v1.RemoveAlertRuleRequest;
import dev.hostler.proto.v1.RemoveAlertRuleResponse;
import dev.hostler.proto.v1.SetAlertRuleRequest;
import dev.hostler.proto.v1.TrendCondition;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Alerts on the operator port. */
public final class AlertEndpoint extends AlertServiceGrpc.AlertServiceImplBase {
  private final Alerts alerts;
  private final HostService hosts;
  private final AccessPolicy policy;
  private final Supplier<Operator> caller;

  /**
   * For these alerts, of the hosts that {@code policy} lets the caller see.
   *
   * @param caller the operator of the current call
   */
  public AlertEndpoint(
      Alerts alerts, HostService hosts, AccessPolicy policy, Supplier<Operator> caller) {
    this.alerts = alerts;
    this.hosts = hosts;
    this.policy = policy;
    this.caller = caller;
  }

  @Override
  public void listAlerts(ListAlertsRequest request, StreamObserver<ListAlertsResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          int size = PageTokens.size(request.getPageSize(), 100);
          String token = request.getPageToken();
          UUID before =
              token.isEmpty() ? null : PageTokens.id(token, PageTokens.read(token, 1).getFirst());
          List<Alert> page = request.getAll() ? alerts.all(before, size + 1) : alerts.raised();
          Map<UUID, Host> known = new HashMap<>();
          Predicate<Host> seen = policy.sees(caller.get(), Permission.HOST_READ);
          hosts
              .list((host, _) -> seen.test(host), "", Integer.MAX_VALUE)
              .forEach(host -> known.put(host.id(), host));
          ListAlertsResponse.Builder response = ListAlertsResponse.newBuilder();
          page.stream()
              .limit(request.getAll() ? size : Integer.MAX_VALUE)
              .filter(alert -> known.containsKey(alert.hostId()))
              .map(alert -> message(alert, known.get(alert.hostId())))
              .forEach(response::addAlerts);
          if (request.getAll() && page.size() > size) {
            response.setNextPageToken(PageTokens.of(page.get(size - 1).id().toString()));
          }
          return response.build();
        });
  }

  private static dev.hostler.proto.v1.Alert message(Alert alert, @Nullable Host host) {
    dev.hostler.proto.v1.Alert.Builder message =
        dev.hostler.proto.v1.Alert.newBuilder()
            .setId(alert.id().toString())
            .setRule(alert.rule())
            .setHostId(alert.hostId().toString())
            .setHostName(host == null ? "" : host.name())
            .setTaskId(alert.taskId() == null ? "" : alert.taskId().toString())
            .setValue(alert.value())
            .setMessage(alert.message())
            .setRaisedAt(Unary.timestamp(alert.raisedAt()));
    Duration left = alert.timeToLimit();
    if (left != null) {
      message.setTimeToLimit(UsageMessages.duration(left));
    }
    Instant resolved = alert.resolvedAt();
    if (resolved != null) {
      message.setResolvedAt(Unary.timestamp(resolved));
    }
    return message.build();
  }

  @Override
  public void listAlertRules(
      ListAlertRulesRequest request, StreamObserver<ListAlertRulesResponse> responses) {
    Unary.answer(
        responses,
        () ->
            ListAlertRulesResponse.newBuilder()
                .addAllRules(alerts.rules().stream().map(AlertEndpoint::message).toList())
                .build());
  }

  private static dev.hostler.proto.v1.AlertRule message(AlertRule rule) {
    dev.hostler.proto.v1.AlertRule.Builder message =
        dev.hostler.proto.v1.AlertRule.newBuilder()
            .setName(rule.name())
            .setMetric(rule.metric())
            .setWindow(UsageMessages.duration(rule.window()))
            .setSelector(rule.selector())
            .setSetBy(rule.setBy())
            .setSetAt(Unary.timestamp(rule.setAt()));
    switch (rule.condition()) {
      case AlertRule.Condition.Above(double value) -> message.setAbove(value);
      case AlertRule.Condition.Trend(double limit, Duration within) ->
          message.setTrend(
              TrendCondition.newBuilder()
                  .setLimit(limit)
                  .setWithin(UsageMessages.duration(within)));
    }
    return message.build();
  }

  @Override
  public void setAlertRule(
      SetAlertRuleRequest request, StreamObserver<dev.hostler.proto.v1.AlertRule> responses) {
    Unary.answer(
        responses,
        () -> {
          dev.hostler.proto.v1.AlertRule asked = request.getRule();
          AlertRule.Condition condition =
              switch (asked.getConditionCase()) {
                case ABOVE -> new AlertRule.Condition.Above(asked.getAbove());
                case TREND ->
                    new AlertRule.Condition.Trend(
                        asked.getTrend().getLimit(),
                        UsageMessages.duration("rule.trend.within", asked.getTrend().getWithin()));
                case CONDITION_NOT_SET ->
                    throw RequestException.invalid(
                        "rule.condition", "", "give either \"above\" or \"trend\"");
              };
          return message(
              alerts.set(
                  caller.get().name(),
                  new AlertRule(
                      asked.getName(),
                      asked.getMetric(),
                      UsageMessages.duration("rule.window", asked.getWindow()),
                      condition,
                      asked.getSelector().strip(),
                      "",
                      Instant.EPOCH)));
        });
  }

  @Override
  public void removeAlertRule(
      RemoveAlertRuleRequest request, StreamObserver<RemoveAlertRuleResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          alerts.remove(caller.get().name(), request.getName());
          return RemoveAlertRuleResponse.getDefaultInstance();
        });
  }
}
