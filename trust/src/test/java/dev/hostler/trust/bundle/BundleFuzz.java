package dev.hostler.trust.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Any bytes as a bundle file: outer archive, manifest, signature, frame and payload. */
public final class BundleFuzz {
  private static final Path FILE = file();

  private BundleFuzz() {}

  private static Path file() {
    try {
      Path memory = Path.of("/dev/shm");
      Path file =
          Files.isWritable(memory)
              ? Files.createTempFile(memory, "hostler-fuzz", ".hostler")
              : Files.createTempFile("hostler-fuzz", ".hostler");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    Files.write(FILE, input);
    try (BundleFile bundle = BundleFile.open(FILE)) {
      bundle.checkPayload(); // first: most inputs have no valid signature any more
      bundle.signer();
    } catch (TrustException e) {
      // one of its refusals
    }
  }
}
