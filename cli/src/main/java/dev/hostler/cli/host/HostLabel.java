package dev.hostler.cli.host;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.Pairs;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.LabelHostRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler host label}. */
@Command(
    name = "label",
    description = "Sets and removes labels of a host.",
    footer = {
      "",
      "Examples:",
      "  hostler host label web-1 env=prod tier=front",
      "  hostler host label web-1 --remove tier"
    })
public final class HostLabel implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "HOST", description = "Id or name.")
  private String host = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "KEY=VALUE",
      description = "Labels to set.")
  private List<String> set = new ArrayList<>();

  @Option(names = "--remove", paramLabel = "KEY", description = "Label to remove. May be repeated.")
  private List<String> remove = new ArrayList<>();

  /** Made by the composition root. */
  public HostLabel(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Map<String, String> labels = Pairs.parse("label", set);
    if (labels.isEmpty() && remove.isEmpty()) {
      throw CliFailure.usage("nothing to change: give KEY=VALUE or --remove KEY");
    }
    try (Controller controller = context.connect(session)) {
      LabelHostRequest request =
          LabelHostRequest.newBuilder()
              .setHost(host)
              .putAllSet(labels)
              .addAllRemove(remove)
              .build();
      HostView.print(session, result, controller.call(() -> controller.hosts().labelHost(request)));
    }
    return 0;
  }
}
