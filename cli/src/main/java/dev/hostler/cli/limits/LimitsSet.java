package dev.hostler.cli.limits;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.LimitPairs;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.LimitPolicy;
import dev.hostler.proto.v1.LimitScope;
import dev.hostler.proto.v1.SetLimitsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler limits set}. */
@Command(
    name = "set",
    description = {
      "Sets limits of the fleet, a bundle or a host, for attempts that start from now on.",
      "They only lower what bundles declare. LIMIT=none removes one; others stay as they are."
    },
    footer = {
      "",
      "Examples:",
      "  hostler limits set --fleet memory=2GiB cpu=2 cpu_time=30m",
      "  hostler limits set --bundle host-report pids=16 timeout=30s",
      "  hostler limits set --host web-1 memory=none io_write=20MiB"
    })
public final class LimitsSet implements Callable<Integer> {
  private static final String NONE = "none";

  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(names = "--fleet", description = "For every attempt.")
  private boolean fleet;

  @Option(
      names = "--bundle",
      paramLabel = "BUNDLE",
      description = "For attempts of this bundle, whatever its version.")
  private @Nullable String bundle;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "For attempts on this host, by id or name.")
  private @Nullable String host;

  @Parameters(
      paramLabel = "LIMIT=VALUE",
      arity = "1..*",
      description = "What to set; `hostler limits --help` lists the limits.")
  private List<String> limits = new ArrayList<>();

  /** Made by the composition root. */
  public LimitsSet(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (Stream.of(fleet, bundle != null, host != null).filter(given -> given).count() != 1) {
      throw CliFailure.usage("say whose limits: one of --fleet, --bundle BUNDLE and --host HOST");
    }
    Map<String, String> given = new TreeMap<>(LimitPairs.texts("LIMIT", limits));
    List<String> clear =
        given.keySet().stream().filter(key -> NONE.equals(given.get(key))).toList();
    clear.forEach(given::remove);
    SetLimitsRequest.Builder request =
        SetLimitsRequest.newBuilder()
            .setScope(LimitScope.LIMIT_SCOPE_FLEET)
            .setLimits(LimitsView.message(LimitPairs.limits("LIMIT", given)))
            .addAllClear(clear);
    if (bundle != null) {
      request.setScope(LimitScope.LIMIT_SCOPE_BUNDLE).setSubject(bundle);
    } else if (host != null) {
      request.setScope(LimitScope.LIMIT_SCOPE_HOST).setSubject(host);
    }
    try (Controller controller = context.connect(session)) {
      LimitPolicy policy = controller.call(() -> controller.limits().setLimits(request.build()));
      result.one(session.console(), LimitsView.json(policy), () -> LimitsView.words(policy));
    }
    return 0;
  }
}
