package dev.hostler.cli.trust;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.RemoveTrustedCertificateRequest;
import dev.hostler.proto.v1.TrustedCertificate;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler trust remove}. */
@Command(
    name = "remove",
    description = "Makes the controller forget a root. It changes nothing on any host.",
    footer = {"", "Examples:", "  hostler trust remove 5d41...", "  hostler trust remove root.crt"})
public final class TrustRemove implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "CERTIFICATE",
      description = "Fingerprint as `hostler trust list` shows it, or a PEM file.")
  private String certificate = "";

  /** Made by the composition root. */
  public TrustRemove(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    RemoveTrustedCertificateRequest request =
        RemoveTrustedCertificateRequest.newBuilder()
            .setFingerprint(Fingerprint.of(certificate))
            .build();
    try (Controller controller = context.connect(session)) {
      TrustedCertificate root =
          controller.call(() -> controller.trust().removeTrustedCertificate(request));
      result.one(
          session.console(),
          TrustView.json(root),
          () -> root.getCertificate().getSubject() + " is no longer known.");
    }
    return 0;
  }
}
