package dev.hostler.cli.host;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.DenyEnrolmentRequest;
import dev.hostler.proto.v1.Enrolment;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler host deny}. */
@Command(
    name = "deny",
    description = "Turns a host away that waits for approval.",
    footer = {"", "Examples:", "  hostler host deny web-1"})
public final class HostDeny implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "HOST",
      description = "Host name or id as `hostler host pending` lists them.")
  private String host = "";

  /** Made by the composition root. */
  public HostDeny(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      DenyEnrolmentRequest request = DenyEnrolmentRequest.newBuilder().setEnrolment(host).build();
      Enrolment enrolment = controller.call(() -> controller.hosts().denyEnrolment(request));
      result.one(
          session.console(),
          EnrolmentView.json(enrolment),
          () -> "Host " + enrolment.getHostName() + " may not join.");
    }
    return 0;
  }
}
