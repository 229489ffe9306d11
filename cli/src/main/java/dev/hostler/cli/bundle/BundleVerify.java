package dev.hostler.cli.bundle;

import dev.hostler.cli.command.Details;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Json;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.BundleTrust;
import dev.hostler.trust.bundle.TrustException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler bundle verify}. */
@Command(
    name = "verify",
    description = {
      "Checks a bundle file as a host does: signature, signer, expiry, every byte.",
      "Without --root the signer's chain is not checked. Exit code 1: a host would refuse it."
    },
    footer = {
      "",
      "Examples:",
      "  hostler bundle verify hello-0.1.0.hostler --root keys/root.crt",
      "  hostler bundle verify hello-0.1.0.hostler"
    })
public final class BundleVerify implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();

  @Parameters(index = "0", paramLabel = "FILE", description = "Bundle file.")
  private Path file = Path.of("");

  @Option(
      names = "--root",
      paramLabel = "FILE",
      description = "Bundle roots as pinned on hosts (PEM). May be repeated.")
  private List<Path> rootFiles = new ArrayList<>();

  /** Made by the composition root. */
  public BundleVerify(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try {
      List<X509Certificate> roots = new ArrayList<>();
      for (Path root : rootFiles) {
        roots.addAll(Pem.certificates(root));
      }
      try (BundleFile bundle = BundleFile.open(file)) {
        String signer = bundle.signer().certificate().getSubjectX500Principal().getName();
        if (!roots.isEmpty()) {
          new BundleTrust(roots).verify(bundle, bundle.manifestDigest(), session.time().instant());
        }
        bundle.checkPayload();
        print(bundle, signer, !roots.isEmpty());
      }
    } catch (TrustException e) {
      return refused(e);
    } catch (SigningException e) {
      throw CliFailure.usage("--root: " + e.getMessage());
    } catch (IOException e) {
      throw Failures.of(e);
    }
    return 0;
  }

  private void print(BundleFile bundle, String signer, boolean trusted) {
    result.one(
        session.console(),
        Json.object()
            .put("valid", true)
            .put("name", bundle.manifest().name())
            .put("version", bundle.manifest().version())
            .put("manifest_digest", bundle.manifestDigestHex())
            .put("signer", signer)
            .put("signer_checked", trusted)
            .put("actions", bundle.manifest().actions().keySet()),
        () ->
            new Details(session.console().outStyle())
                .line("bundle", bundle.manifest().name() + " " + bundle.manifest().version())
                .line("digest", bundle.manifestDigestHex())
                .line("signer", signer + (trusted ? " (trusted)" : " (not checked: no --root)"))
                .line("actions", String.join(" ", bundle.manifest().actions().keySet()))
                .line("result", "every byte is as signed")
                .toString());
  }

  private int refused(TrustException e) {
    String reason = e.reason().name().toLowerCase(Locale.ROOT);
    if (!result.json()) {
      throw new CliFailure(
          ExitCode.SOME_FAILED, file + " is refused (" + reason + "): " + e.getMessage());
    }
    session
        .console()
        .line(
            Json.pretty(
                Json.object()
                    .put("valid", false)
                    .put("reason", reason)
                    .put("message", e.getMessage())));
    return ExitCode.SOME_FAILED.number();
  }
}
