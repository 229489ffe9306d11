package dev.hostler.trust.bundle;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import dev.hostler.trust.bundle.Manifest.PayloadFile;
import dev.hostler.trust.bundle.TrustException.Reason;
import dev.hostler.trust.json.Problems;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Streams a payload against its manifest: exactly the declared files, in order, with the declared
 * modes, sizes and digests. Never decompresses more than is declared; holds one buffer.
 */
final class PayloadReader {
  private static final int BUFFER = 64 * 1024;

  /** Where the bytes of a file go. They are not verified before the stream is closed. */
  @FunctionalInterface
  interface Sink {
    OutputStream open(PayloadFile file) throws IOException;
  }

  private final FileChannel file;
  private final BundleLayout layout;
  private final Manifest manifest;
  private final byte[] buffer = new byte[BUFFER];

  PayloadReader(FileChannel file, BundleLayout layout, Manifest manifest) {
    this.file = file;
    this.layout = layout;
    this.manifest = manifest;
  }

  void read(Sink sink) throws IOException, TrustException {
    ZstdFrame.check(file, layout.payloadStart, layout.payloadLength);
    try (InputStream compressed =
            new BufferedInputStream(
                new RegionStream(file, layout.payloadStart, layout.payloadLength), BUFFER);
        InputStream tar = new ZstdInputStream(compressed)) {
      for (PayloadFile expected : manifest.payload()) {
        entry(tar, expected, sink);
      }
      byte[] end = tar.readNBytes(2 * UstarHeader.BLOCK);
      if (end.length < 2 * UstarHeader.BLOCK) {
        throw truncated();
      }
      if (!isZero(end)) {
        throw refused("after the last listed file there is " + UstarHeader.describe(end));
      }
      if (tar.read() >= 0) {
        throw refused("there is data after the end of the archive");
      }
    } catch (ZstdIOException e) {
      throw new TrustException(
          Reason.DIGEST_MISMATCH, "payload.tar.zst is damaged: " + e.getMessage(), e);
    } catch (EOFException e) {
      throw new TrustException(Reason.TRUNCATED, "payload.tar.zst is cut off", e);
    }
  }

  private void entry(InputStream tar, PayloadFile expected, Sink sink)
      throws IOException, TrustException {
    byte[] header = tar.readNBytes(UstarHeader.BLOCK);
    if (header.length < UstarHeader.BLOCK) {
      throw truncated();
    }
    if (!Arrays.equals(
        header, UstarHeader.file(expected.path(), expected.mode(), expected.size()))) {
      throw refused(
          (isZero(header) ? "it ends" : "it has " + UstarHeader.describe(header))
              + " where the manifest lists the file "
              + Problems.show(expected.path())
              + String.format(" with mode %04o and size %d", expected.mode(), expected.size()));
    }
    MessageDigest sha256 = sha256();
    try (OutputStream out = sink.open(expected)) {
      long left = expected.size();
      while (left > 0) {
        int count = tar.read(buffer, 0, (int) Math.min(left, BUFFER));
        if (count < 0) {
          throw truncated();
        }
        sha256.update(buffer, 0, count);
        out.write(buffer, 0, count);
        left -= count;
      }
    }
    String found = HexFormat.of().formatHex(sha256.digest());
    if (!found.equals(expected.sha256())) {
      throw new TrustException(
          Reason.DIGEST_MISMATCH,
          "the file "
              + Problems.show(expected.path())
              + " has SHA-256 "
              + found
              + ", the manifest says "
              + expected.sha256());
    }
    byte[] padding = tar.readNBytes(UstarHeader.padding(expected.size()));
    if (padding.length < UstarHeader.padding(expected.size())) {
      throw truncated();
    }
    if (!isZero(padding)) {
      throw refused("there is data behind the file " + Problems.show(expected.path()));
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }

  private static boolean isZero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private static TrustException refused(String what) {
    return new TrustException(Reason.PAYLOAD_REFUSED, "the payload is refused: " + what);
  }

  private static TrustException truncated() {
    return new TrustException(Reason.TRUNCATED, "payload.tar.zst ends too early");
  }
}
