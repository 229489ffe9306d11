package dev.hostler.cli.audit;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.Details;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Json;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.audit.AuditCheckpoint;
import dev.hostler.trust.audit.ChainCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler audit checkpoint}. */
@Command(
    name = "checkpoint",
    description = {
      "Checks the audit log, and signs where it stands with the key that signs jobs. Keep the two files",
      "where the controller's owner cannot change them: what is cut off later shows."
    },
    footer = {
      "",
      "Examples:",
      "  hostler audit checkpoint --out audit.checkpoint",
      "  openssl cms -verify -binary -inform DER -in audit.checkpoint.cms \\",
      "    -content audit.checkpoint -CAfile ca.crt -purpose any"
    })
public final class AuditCheckpointCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where to write it; the signature goes to FILE.cms.")
  private Path out = Path.of("");

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "Operator certificate to sign with (PEM). Default: that which signs jobs.")
  private @Nullable Path cert;

  @Option(names = "--key", paramLabel = "FILE", description = "Its key (PEM), or a pkcs11: URI.")
  private @Nullable Path key;

  /** Made by the composition root. */
  public AuditCheckpointCommand(Session session) {
    this.session = session;
  }

  /** Where the signature of a checkpoint is. */
  static Path signature(Path file) {
    return file.resolveSibling(file.getFileName() + ".cms");
  }

  @Override
  public Integer call() {
    if ((cert == null) != (key == null)) {
      throw CliFailure.usage("--cert, --key: give both or none");
    }
    AuditCheckpoint checkpoint;
    try (Controller controller = context.connect(session)) {
      SigningKeys keys =
          SigningKeys.read(
              cert == null ? controller.context().signCert() : cert,
              key == null ? controller.context().signKey() : key);
      ChainCheck check = AuditExport.check(controller, java.util.List.of());
      if (!check.findings().isEmpty()) {
        throw new CliFailure(
            ExitCode.SOME_FAILED,
            "the log is not whole, so it is not signed: "
                + check.findings().getFirst().message()
                + "; `hostler audit verify` says all");
      }
      checkpoint = new AuditCheckpoint(check.last(), check.lastHash(), session.time().instant());
      Files.write(out, checkpoint.canonicalJson());
      Files.write(signature(out), checkpoint.sign(keys));
    } catch (SigningException e) {
      throw CliFailure.usage("--cert, --key: " + e.getMessage());
    } catch (IOException e) {
      throw new CliFailure(ExitCode.LOCAL, "cannot write " + out + ": " + e);
    }
    result.one(
        session.console(),
        Json.object()
            .put("file", out)
            .put("signature", signature(out))
            .put("sequence", checkpoint.sequence())
            .put("hash", checkpoint.hash())
            .put("at", checkpoint.at()),
        () ->
            new Details(session.console().outStyle())
                .line("file", out + " and " + signature(out))
                .line("rows", Long.toString(checkpoint.sequence()))
                .line("hash", checkpoint.hash())
                .toString());
    return 0;
  }
}
