package dev.hostler.cli.host;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.ApproveEnrolmentRequest;
import dev.hostler.proto.v1.Enrolment;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler host approve}. */
@Command(
    name = "approve",
    description = "Lets a host in that waits for approval.",
    footer = {
      "",
      "Examples:",
      "  hostler host approve web-1",
      "  hostler host approve web-1 --key 3f2a..."
    })
public final class HostApprove implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "HOST",
      description = "Host name or id as `hostler host pending` lists them.")
  private String host = "";

  @Option(
      names = "--key",
      paramLabel = "FINGERPRINT",
      description = "Only if the host has this key (SHA-256, hexadecimal).")
  private String key = "";

  /** Made by the composition root. */
  public HostApprove(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      ApproveEnrolmentRequest request =
          ApproveEnrolmentRequest.newBuilder().setEnrolment(host).setKeyFingerprint(key).build();
      Enrolment enrolment = controller.call(() -> controller.hosts().approveEnrolment(request));
      result.one(
          session.console(),
          EnrolmentView.json(enrolment),
          () -> "Host " + enrolment.getHostName() + " may join; it asks again in a moment.");
    }
    return 0;
  }
}
