package dev.hostler.trust.bundle;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** Writes the outer archive beside its target and moves it into place when it is complete. */
final class BundleWriter {
  private BundleWriter() {}

  static void write(Path target, byte[] manifest, byte @Nullable [] signature, Path payload)
      throws IOException {
    try (InputStream in = Files.newInputStream(payload)) {
      write(target, manifest, signature, in, Files.size(payload));
    }
  }

  static void write(
      Path target,
      byte[] manifest,
      byte @Nullable [] signature,
      InputStream payload,
      long payloadLength)
      throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(parent, ".hostler-", ".bundle");
    try {
      try (OutputStream out =
          new BufferedOutputStream(Files.newOutputStream(temporary), 64 * 1024)) {
        part(out, BundleLayout.MANIFEST, manifest);
        if (signature != null) {
          part(out, BundleLayout.SIGNATURE, signature);
        }
        out.write(UstarHeader.file(BundleLayout.PAYLOAD, BundleLayout.MODE, payloadLength));
        if (payload.transferTo(out) != payloadLength) {
          throw new IOException("the payload changed while it was copied: try again");
        }
        out.write(new byte[UstarHeader.padding(payloadLength) + 2 * UstarHeader.BLOCK]);
      }
      // Bundles are public: temporary files are made 0600, what is published is not.
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void part(OutputStream out, String name, byte[] bytes) throws IOException {
    out.write(UstarHeader.file(name, BundleLayout.MODE, bytes.length));
    out.write(bytes);
    out.write(new byte[UstarHeader.padding(bytes.length)]);
  }
}
