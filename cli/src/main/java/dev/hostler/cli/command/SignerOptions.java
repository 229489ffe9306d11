package dev.hostler.cli.command;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.SigningKeys;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who signs: a folder, or a certificate and a key. A mixin. */
public final class SignerOptions {
  @Option(
      names = "--signer",
      paramLabel = "FOLDER",
      description = "Folder with signer.crt and signer.key, as `hostler signer create` makes it.")
  private @Nullable Path signer;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "The signer's certificate chain (PEM), instead of --signer.")
  private @Nullable Path cert;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = {
        "The signer's private key, instead of --signer: a file (PEM, PKCS #8), or on a token",
        "pkcs11:token=LABEL;object=LABEL?module-path=LIBRARY (RFC 7512); the PIN comes from",
        "pin-source=file:/PATH in it, from HOSTLER_PKCS11_PIN, or is asked for."
      })
  private @Nullable Path key;

  /**
   * Reads them.
   *
   * @throws CliFailure of usage unless exactly one of the two ways is given
   * @throws IOException if a file or a token cannot be read
   * @throws SigningException if a file is not what it should be, or the key is not there
   */
  public SigningKeys read() throws IOException, SigningException {
    if (signer != null && cert == null && key == null) {
      return SigningKeys.read(signer);
    }
    if (signer == null && cert != null && key != null) {
      return SigningKeys.read(cert, key);
    }
    throw CliFailure.usage("give either --signer FOLDER, or --cert FILE and --key FILE");
  }
}
