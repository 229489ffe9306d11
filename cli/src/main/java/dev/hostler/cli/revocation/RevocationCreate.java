package dev.hostler.cli.revocation;

import dev.hostler.cli.bundle.Failures;
import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.proto.v1.Revocation;
import dev.hostler.proto.v1.RevocationKind;
import dev.hostler.proto.v1.RevokeRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler revocation create}. */
@Command(
    name = "create",
    description = {
      "Revokes an operator, a certificate or a bundle version, for good.",
      "To take a bundle version out of use for a while, see `hostler bundle yank`."
    },
    footer = {
      "",
      "Examples:",
      "  hostler revocation create operator mallory --reason \"left the company\"",
      "  hostler revocation create certificate signer.crt --reason stolen",
      "  hostler revocation create bundle web@1.4.0 --reason CVE-2026-1234"
    })
public final class RevocationCreate implements Callable<Integer> {

  /** What can be revoked, by the names that the command line has for it. */
  public enum What {
    /** An operator by name. */
    operator(RevocationKind.REVOCATION_KIND_OPERATOR),
    /** A certificate by its file or its SHA-256. */
    certificate(RevocationKind.REVOCATION_KIND_CERTIFICATE),
    /** A bundle version by NAME@VERSION or the SHA-256 of its manifest. */
    bundle(RevocationKind.REVOCATION_KIND_BUNDLE);

    private final RevocationKind kind;

    What(RevocationKind kind) {
      this.kind = kind;
    }
  }

  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}.")
  private What what = What.operator;

  @Parameters(
      index = "1",
      paramLabel = "WHICH",
      description = {
        "operator: the name. certificate: a PEM file, or the SHA-256 in hex.",
        "bundle: NAME@VERSION, or the SHA-256 of its manifest in hex."
      })
  private String which = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit log.")
  private String reason = "";

  /** Made by the composition root. */
  public RevocationCreate(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      String value =
          switch (what) {
            case operator -> which;
            case certificate -> certificate(which);
            case bundle -> BundleDigests.of(controller, which);
          };
      Revocation made =
          controller.call(() ->
              controller
                  .indexes()
                  .revoke(
                      RevokeRequest.newBuilder()
                          .setKind(what.kind)
                          .setValue(value)
                          .setReason(reason)
                          .build()));
      result.one(
          session.console(),
          RevocationView.json(made),
          () -> "Revoked the " + what + " " + made.getValue() + ".");
    }
    return 0;
  }

  private static String certificate(String which) {
    if (BundleDigests.isDigest(which)) {
      return which;
    }
    try {
      return Fingerprints.sha256(Pem.certificates(Path.of(which)).getFirst());
    } catch (IOException e) {
      throw Failures.of(e);
    } catch (SigningException e) {
      throw CliFailure.usage(String.valueOf(e.getMessage()));
    }
  }
}
