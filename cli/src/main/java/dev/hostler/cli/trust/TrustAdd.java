package dev.hostler.cli.trust;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.AddTrustedCertificateRequest;
import dev.hostler.proto.v1.TrustedCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler trust add}. */
@Command(
    name = "add",
    description = "Makes a root known to the controller. It changes nothing on any host.",
    footer = {"", "Examples:", "  hostler trust add keys/root.crt --kind bundle"})
public final class TrustAdd implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "FILE", description = "CA certificate (PEM).")
  private Path file = Path.of("");

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      required = true,
      description = "What it is trusted for: bundle, operator or index.")
  private String kind = "";

  /** Made by the composition root. */
  public TrustAdd(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    AddTrustedCertificateRequest.Builder request =
        AddTrustedCertificateRequest.newBuilder().setKind(TrustKinds.parse(kind));
    try {
      request.setPem(Files.readString(file));
    } catch (IOException e) {
      throw CliFailure.usage(file + ": cannot be read as text: " + e);
    }
    try (Controller controller = context.connect(session)) {
      TrustedCertificate root =
          controller.call(() -> controller.trust().addTrustedCertificate(request.build()));
      result.one(
          session.console(),
          TrustView.json(root),
          () -> root.getCertificate().getSubject() + " is known as a root for " + kind + ".");
    }
    return 0;
  }
}
