package dev.hostler.cli.usage;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.command.Spans;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Style;
import dev.hostler.proto.v1.BundleUsage;
import dev.hostler.proto.v1.GetBundleUsageRequest;
import dev.hostler.proto.v1.GetHostUsageRequest;
import dev.hostler.proto.v1.HostUsage;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler usage}. */
@Command(
    name = "usage",
    description = {
      "Shows what a host or a bundle used over time, what ended, and how well it does.",
      "What is the name of both a host and a bundle is a host, unless --bundle says otherwise."
    },
    footer = {
      "",
      "Examples:",
      "  hostler usage web-1",
      "  hostler usage web-1 --since 7d --points 28",
      "  hostler usage sshd-hardening --since 30d",
      "  hostler usage web-1 -o json | jq '.points[].use.memory_pressure'"
    })
public final class UsageCommand implements Callable<Integer> {
  private static final int USUAL_POINTS = 20;

  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "BUNDLE|HOST",
      description = "Name of a bundle, or id or name of a host.")
  private String what = "";

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = Spans.class,
      description = "How far back. Default: 1h for a host, 1d for a bundle.")
  private @Nullable Duration since;

  @Option(
      names = "--points",
      paramLabel = "N",
      defaultValue = "20",
      description = "Stretches of time at most. Default: 20.")
  private int points = USUAL_POINTS;

  @Option(names = "--bundle", description = "It is a bundle.")
  private boolean bundle;

  @Option(names = "--host", description = "It is a host.")
  private boolean host;

  /** Made by the composition root. */
  public UsageCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (bundle && host) {
      throw CliFailure.usage("--bundle and --host exclude each other");
    }
    if (points < 1) {
      throw CliFailure.usage("--points " + points + ": at least 1");
    }
    Style style = session.console().outStyle();
    try (Controller controller = context.connect(session)) {
      HostUsage found = bundle ? null : host(controller);
      if (found != null) {
        result.one(session.console(), UsageView.json(found), () -> UsageView.text(found, style));
        return 0;
      }
      GetBundleUsageRequest.Builder request =
          GetBundleUsageRequest.newBuilder().setBundle(what).setPoints(points);
      if (since != null) {
        request.setSince(Spans.proto(since));
      }
      BundleUsage used = controller.call(() -> bundle(controller, request.build()));
      result.one(session.console(), UsageView.json(used), () -> UsageView.text(used, style));
    }
    return 0;
  }

  private BundleUsage bundle(Controller controller, GetBundleUsageRequest request) {
    try {
      return controller.usage().getBundleUsage(request);
    } catch (StatusRuntimeException e) {
      if (!bundle && e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        throw CliFailure.usage(
            "'"
                + what
                + "' is neither a host nor a bundle that a job has run; see `hostler host list` and"
                + " `hostler bundle list`");
      }
      throw e;
    }
  }

  /** Null if there is no such host, and it may be a bundle. */
  private @Nullable HostUsage host(Controller controller) {
    GetHostUsageRequest.Builder request =
        GetHostUsageRequest.newBuilder().setHost(what).setPoints(points);
    if (since != null) {
      request.setSince(Spans.proto(since));
    }
    return controller
        .call(() -> {
          try {
            return Found.of(controller.usage().getHostUsage(request.build()));
          } catch (StatusRuntimeException e) {
            if (!host && e.getStatus().getCode() == Status.Code.NOT_FOUND) {
              return Found.of(null);
            }
            throw e;
          }
        })
        .usage();
  }

  private record Found(@Nullable HostUsage usage) {
    static Found of(@Nullable HostUsage usage) {
      return new Found(usage);
    }
  }
}
