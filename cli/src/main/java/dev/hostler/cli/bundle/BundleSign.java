package dev.hostler.cli.bundle;

import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.command.SignerOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Json;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.BundleSigner;
import dev.hostler.trust.bundle.TrustException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler bundle sign}. */
@Command(
    name = "sign",
    description = "Signs a bundle file, in place unless --out says where.",
    footer = {
      "",
      "Examples:",
      "  hostler bundle sign hello-0.1.0.hostler --signer keys",
      "  hostler bundle sign hello-0.1.0.hostler --cert signer.crt --key signer.key --out signed.hostler"
    })
public final class BundleSign implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final SignerOptions signer = new SignerOptions();

  @Parameters(index = "0", paramLabel = "FILE", description = "Bundle file.")
  private Path file = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Signed bundle file to write. Default: in place.")
  private @Nullable Path out;

  /** Made by the composition root. */
  public BundleSign(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Path target = out == null ? file : out;
    try {
      BundleSigner.of(signer.read()).sign(file, target, session.time().instant());
      try (BundleFile signed = BundleFile.open(target)) {
        String subject = signed.signer().certificate().getSubjectX500Principal().getName();
        result.one(
            session.console(),
            Json.object()
                .put("file", target)
                .put("name", signed.manifest().name())
                .put("version", signed.manifest().version())
                .put("manifest_digest", signed.manifestDigestHex())
                .put("signer", subject),
            () ->
                "Signed "
                    + signed.manifest().name()
                    + " "
                    + signed.manifest().version()
                    + " as "
                    + subject
                    + ": "
                    + target
                    + ".\nNext: hostler bundle push "
                    + target);
      }
    } catch (SigningException | TrustException e) {
      throw CliFailure.usage(file + " cannot be signed: " + e.getMessage());
    } catch (IOException e) {
      throw Failures.of(e);
    }
    return 0;
  }
}
