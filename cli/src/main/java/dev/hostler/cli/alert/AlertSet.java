package dev.hostler.cli.alert;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.command.Spans;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.AlertRule;
import dev.hostler.proto.v1.SetAlertRuleRequest;
import dev.hostler.proto.v1.TrendCondition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler alert set}. */
@Command(
    name = "set",
    description = {
      "Makes or replaces a rule.",
      "With --above an alert is raised while the metric is above a value; with --limit and",
      "--within while the straight line through the window reaches the limit so soon.",
      "The metrics: cpu, memory, disk, pressure.cpu, pressure.memory, pressure.io, threads, files,",
      "sockets of hosts; attempt.memory, attempt.cpu, attempt.throttled, attempt.threads,",
      "attempt.files of what runs. Shares are 0 to 1, or written as 90%."
    },
    footer = {
      "",
      "Examples:",
      "  hostler alert set busy --metric cpu --above 90% --window 15m",
      "  hostler alert set disk-soon --metric disk --window 1h --limit 95% --within 12h",
      "  hostler alert set web-files --metric files --above 50000 -t 'labels.role == \"web\"'"
    })
public final class AlertSet implements Callable<Integer> {
  private static final Duration USUAL = Duration.ofMinutes(5);

  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "NAME", description = "Name of the rule.")
  private String name = "";

  @Option(
      names = "--metric",
      paramLabel = "METRIC",
      required = true,
      description = "What is looked at.")
  private String metric = "";

  @Option(names = "--above", paramLabel = "VALUE", description = "Raised above this.")
  private @Nullable String above;

  @Option(names = "--limit", paramLabel = "VALUE", description = "What the line reaches.")
  private @Nullable String limit;

  @Option(
      names = "--within",
      paramLabel = "TIME",
      converter = Spans.class,
      description = "How soon the line reaches it.")
  private @Nullable Duration within;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      converter = Spans.class,
      description = "Over how long, up to 6h. Default: 5m.")
  private @Nullable Duration window;

  @Option(
      names = {"-t", "--target"},
      paramLabel = "SELECTOR",
      description = "Only hosts that this CEL expression means. Default: all.")
  private String selector = "";

  /** Made by the composition root. */
  public AlertSet(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    AlertRule.Builder rule =
        AlertRule.newBuilder()
            .setName(name)
            .setMetric(metric)
            .setWindow(Spans.proto(window == null ? USUAL : window))
            .setSelector(selector);
    if (above != null && limit == null && within == null) {
      rule.setAbove(value("--above", above));
    } else if (above == null && limit != null && within != null) {
      rule.setTrend(
          TrendCondition.newBuilder()
              .setLimit(value("--limit", limit))
              .setWithin(Spans.proto(within)));
    } else {
      throw CliFailure.usage("give either --above, or both --limit and --within");
    }
    AlertRule set;
    try (Controller controller = context.connect(session)) {
      SetAlertRuleRequest request = SetAlertRuleRequest.newBuilder().setRule(rule).build();
      set = controller.call(() -> controller.alerts().setAlertRule(request));
    }
    result.one(
        session.console(),
        AlertView.json(set),
        () -> String.join("\n", AlertView.rules(List.of(set)).lines(session.console().outStyle())));
    return 0;
  }

  private static double value(String option, String text) {
    boolean percent = text.endsWith("%");
    try {
      double number = Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text);
      if (Double.isFinite(number)) {
        return percent ? number / 100 : number;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw CliFailure.usage(
        option + " '" + text + "': write a number, such as 0.9 or 5000, or a share, such as 90%");
  }
}
