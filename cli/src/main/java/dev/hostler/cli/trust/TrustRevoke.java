package dev.hostler.cli.trust;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.Revocation;
import dev.hostler.proto.v1.RevokeCertificateRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler trust revoke}. */
@Command(
    name = "revoke",
    description = {
      "Revokes a certificate of a signer, an operator or a host, for good.",
      "Controllers act on it at once; hosts when the next signed index reaches them."
    },
    footer = {"", "Examples:", "  hostler trust revoke keys/signer.crt --reason 'key was stolen'"})
public final class TrustRevoke implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "CERTIFICATE",
      description = "Fingerprint (SHA-256 in hex), or a PEM file.")
  private String certificate = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for people.")
  private String reason = "";

  /** Made by the composition root. */
  public TrustRevoke(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    RevokeCertificateRequest request =
        RevokeCertificateRequest.newBuilder()
            .setFingerprint(Fingerprint.of(certificate))
            .setReason(reason)
            .build();
    try (Controller controller = context.connect(session)) {
      Revocation made = controller.call(() -> controller.trust().revokeCertificate(request));
      result.one(
          session.console(),
          Json.object()
              .put("fingerprint", made.getValue())
              .put("reason", made.getReason())
              .put("at", Format.utc(made.hasAt(), made.getAt()))
              .put("by", made.getBy()),
          () -> "Certificate " + made.getValue() + " is revoked.");
    }
    return 0;
  }
}
