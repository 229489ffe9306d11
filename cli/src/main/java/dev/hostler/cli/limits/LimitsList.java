package dev.hostler.cli.limits;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.LimitPolicy;
import dev.hostler.proto.v1.ListLimitPoliciesRequest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code hostler limits list}. */
@Command(
    name = "list",
    description = "Lists the policies that are set: the fleet's, those of bundles, those of hosts.",
    footer = {"", "Examples:", "  hostler limits list", "  hostler limits list -o json"})
public final class LimitsList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  /** Made by the composition root. */
  public LimitsList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<LimitPolicy> policies;
    try (Controller controller = context.connect(session)) {
      policies =
          controller
              .call(() ->
                  controller
                      .limits()
                      .listLimitPolicies(ListLimitPoliciesRequest.getDefaultInstance()))
              .getPoliciesList();
    }
    result.list(
        session.console(),
        policies.stream().map(LimitsView::json).toList(),
        () -> LimitsView.table(policies));
    return 0;
  }
}
