package dev.hostler.cli.sandbox;

import com.google.protobuf.ByteString;
import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.bundle.TrustException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler sandbox show}. */
@Command(
    name = "show",
    description = {
      "Says in plain words what an action may do on a host: what its bundle's signer declared.",
      "A host can be stricter (agent.toml), never looser."
    },
    footer = {
      "",
      "Examples:",
      "  hostler sandbox show sshd-hardening apply",
      "  hostler sandbox show sshd-hardening@1.0.0 apply -o json",
      "  hostler sandbox show ./sshd-hardening-1.0.0.hostler apply"
    })
public final class SandboxShow implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "BUNDLE",
      description = "NAME or NAME@VERSION of a pushed bundle, or a bundle file (a path with '/').")
  private String bundle = "";

  @Parameters(index = "1", paramLabel = "ACTION", description = "Name of the action.")
  private String action = "";

  /** Made by the composition root. */
  public SandboxShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Manifest manifest = bundle.indexOf('/') >= 0 ? ofFile(Path.of(bundle)) : ofController();
    Manifest.Action found = manifest.action(action);
    if (found == null) {
      throw CliFailure.usage(
          "bundle %s %s has no action \"%s\"; it has %s"
              .formatted(
                  manifest.name(),
                  manifest.version(),
                  action,
                  String.join(", ", manifest.actions().keySet())));
    }
    result.one(
        session.console(),
        SandboxText.json(manifest, found),
        () -> SandboxText.words(manifest, found, session.console().outStyle()));
    return 0;
  }

  private static Manifest ofFile(Path file) {
    if (!Files.isRegularFile(file)) {
      throw CliFailure.usage("there is no file " + file);
    }
    try (BundleFile opened = BundleFile.open(file)) {
      return opened.manifest();
    } catch (TrustException e) {
      throw new CliFailure(ExitCode.SOME_FAILED, file + ": " + e.getMessage());
    } catch (IOException e) {
      throw new CliFailure(ExitCode.LOCAL, "cannot read " + file + ": " + e.getMessage());
    }
  }

  private Manifest ofController() {
    int at = bundle.indexOf('@');
    GetBundleRequest request =
        GetBundleRequest.newBuilder()
            .setName(at < 0 ? bundle : bundle.substring(0, at))
            .setVersion(at < 0 ? "" : bundle.substring(at + 1))
            .build();
    Bundle answer;
    try (Controller controller = context.connect(session)) {
      answer = controller.call(() -> controller.bundles().getBundle(request));
    }
    byte[] json = answer.getManifest().toByteArray();
    if (!sha256(json).equals(answer.getManifestDigest())) {
      throw new CliFailure(
          ExitCode.SOME_FAILED,
          "the manifest that the controller sent is not the one of that digest"
              + (json.length == 0 ? "; it is older than this program: update it" : ""));
    }
    try {
      return Manifest.read(json);
    } catch (TrustException e) {
      throw new CliFailure(ExitCode.SOME_FAILED, bundle + ": " + e.getMessage());
    }
  }

  private static ByteString sha256(byte[] bytes) {
    try {
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
