package dev.hostler.cli.usage;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.command.Spans;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.FleetUsage;
import dev.hostler.proto.v1.GetFleetUsageRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler top}. */
@Command(
    name = "top",
    description = {
      "Shows what hosts and running attempts use now.",
      "On a terminal it goes on, until Ctrl-C; else it shows it once. While it goes on, hosts",
      "report every two seconds."
    },
    footer = {
      "",
      "Examples:",
      "  hostler top",
      "  hostler top --sort memory -t 'labels.env == \"prod\"'",
      "  hostler top --once -o json | jq '.by_host[] | select(.health.score < 80)'"
    })
public final class TopCommand implements Callable<Integer> {
  private static final String HOME_AND_CLEAR = "\033[H\033[J";
  private static final Duration USUAL = Duration.ofSeconds(2);

  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(
      names = {"-t", "--target"},
      paramLabel = "SELECTOR",
      description = "Only hosts that this CEL expression means; see docs/cli.md.")
  private String selector = "";

  @Option(
      names = "--sort",
      paramLabel = "BY",
      defaultValue = "cpu",
      description = "By what, the most first: ${COMPLETION-CANDIDATES}. Default: cpu.")
  private TopView.Sort sort = TopView.Sort.cpu;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "At most this many hosts and attempts in the tables. Default: 20.")
  private int limit = 20;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      converter = Spans.class,
      description = "How often, also without a terminal. Default: 2s.")
  private @Nullable Duration every;

  @Option(names = "--once", description = "Only once.")
  private boolean once;

  @Option(names = "--count", paramLabel = "N", description = "So many times, then end.")
  private int count;

  /** Made by the composition root. */
  public TopCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (limit < 1 || count < 0) {
      throw CliFailure.usage("--limit and --count: at least 1");
    }
    boolean screen = session.console().terminals().out() && !result.json();
    int times = once ? 1 : count > 0 ? count : screen || every != null ? Integer.MAX_VALUE : 1;
    session.process().onInterrupt(() -> session.process().exit(0));
    GetFleetUsageRequest request = GetFleetUsageRequest.newBuilder().setSelector(selector).build();
    try (Controller controller = context.connect(session)) {
      for (int i = 0; i < times; i++) {
        if (i > 0) {
          session.time().sleep(every == null ? USUAL : every);
        }
        show(controller.call(() -> controller.usage().getFleetUsage(request)), screen, times);
      }
    }
    return 0;
  }

  private void show(FleetUsage fleet, boolean screen, int times) {
    Console console = session.console();
    if (result.json()) {
      Json.Fields json = TopView.json(fleet, sort);
      console.line(times == 1 ? Json.pretty(json) : Json.line(json));
      return;
    }
    String text = String.join("\n", TopView.lines(fleet, sort, limit, console.outStyle()));
    if (screen && times > 1) {
      console.write(
          Console.Stream.OUT, (HOME_AND_CLEAR + text + "\n").getBytes(StandardCharsets.UTF_8));
    } else {
      console.line(times == 1 ? text : text + "\n");
    }
  }
}
