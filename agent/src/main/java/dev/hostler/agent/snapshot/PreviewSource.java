package dev.hostler.agent.snapshot;

import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Whose program was previewed, and at whose word. The certificates are kept with the preview, as
 * the bundle itself may be gone when it is applied.
 *
 * @param bundle name of the bundle
 * @param version its version
 * @param manifest SHA-256 of its manifest
 * @param signer the certificate that signed the bundle, and those above it
 * @param operator the certificate that signed the preview's job, and those above it
 */
public record PreviewSource(
    String bundle,
    String version,
    String manifest,
    List<X509Certificate> signer,
    List<X509Certificate> operator) {
  private static final String NAMES = "source";
  private static final String SIGNER = "source.signer";
  private static final String OPERATOR = "source.operator";

  /** Copies the lists. */
  public PreviewSource {
    signer = List.copyOf(signer);
    operator = List.copyOf(operator);
  }

  void write(Path directory) throws IOException {
    SnapshotFiles.write(directory.resolve(SIGNER), Pem.encode(signer));
    SnapshotFiles.write(directory.resolve(OPERATOR), Pem.encode(operator));
    SnapshotFiles.write(directory.resolve(NAMES), bundle + "\n" + version + "\n" + manifest + "\n");
  }

  /**
   * Reads it.
   *
   * @throws IOException if it is not known; also of a preview that an older agent made
   */
  static PreviewSource read(Path directory) throws IOException {
    List<String> names = Files.readAllLines(directory.resolve(NAMES));
    if (names.size() != 3) {
      throw new IOException("it is not known which bundle made this preview");
    }
    return new PreviewSource(
        names.get(0),
        names.get(1),
        names.get(2),
        certificates(directory.resolve(SIGNER)),
        certificates(directory.resolve(OPERATOR)));
  }

  private static List<X509Certificate> certificates(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(
          "it is not known who signed what this preview showed: an older agent made it; preview it"
              + " again");
    }
    try {
      return Pem.certificates(file);
    } catch (SigningException e) {
      throw new IOException(file + " is damaged", e);
    }
  }
}
