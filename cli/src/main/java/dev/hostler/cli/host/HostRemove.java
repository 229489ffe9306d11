package dev.hostler.cli.host;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.RemoveHostRequest;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler host remove}. */
@Command(
    name = "remove",
    description = {
      "Removes a host from the fleet, after a question on a terminal.",
      "Its stream is closed, its certificate is refused, and its open tasks end as lost."
    },
    footer = {"", "Examples:", "  hostler host remove web-1", "  hostler host remove web-1 --yes"})
public final class HostRemove implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "HOST", description = "Id or name.")
  private String host = "";

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  /** Made by the composition root. */
  public HostRemove(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (!yes && session.console().terminals().in() && session.console().terminals().err()) {
      String answer = session.console().ask("Remove host " + host + " from the fleet? [y/N] ");
      if (!Objects.equals(answer, "y") && !Objects.equals(answer, "yes")) {
        throw new CliFailure(ExitCode.INTERRUPTED, "not removed");
      }
    }
    try (Controller controller = context.connect(session)) {
      RemoveHostRequest request = RemoveHostRequest.newBuilder().setHost(host).build();
      controller.call(() -> controller.hosts().removeHost(request));
      result.one(
          session.console(),
          Json.object().put("host", host).put("removed", true),
          () -> "Host " + host + " is removed.");
    }
    return 0;
  }
}
