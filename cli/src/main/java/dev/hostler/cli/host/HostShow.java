package dev.hostler.cli.host;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.GetHostRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler host show}. */
@Command(
    name = "show",
    description = "Shows one host.",
    footer = {"", "Examples:", "  hostler host show web-1", "  hostler host show web-1 -o json"})
public final class HostShow implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "HOST", description = "Id or name.")
  private String host = "";

  /** Made by the composition root. */
  public HostShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      GetHostRequest request = GetHostRequest.newBuilder().setHost(host).build();
      HostView.print(session, result, controller.call(() -> controller.hosts().getHost(request)));
    }
    return 0;
  }
}
