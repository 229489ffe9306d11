package dev.hostler.trust.bundle;

import dev.hostler.trust.bundle.TrustException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the parts of a bundle file lie: manifest.json, manifest.cms (if it is signed) and
 * payload.tar.zst, in this order, and nothing else to the last byte.
 */
final class BundleLayout {
  static final String MANIFEST = "manifest.json";
  static final String SIGNATURE = "manifest.cms";
  static final String PAYLOAD = "payload.tar.zst";
  static final int MODE = 0644;

  private static final int MAX_MANIFEST = 8 << 20;
  private static final int MAX_SIGNATURE = 256 << 10;

  final byte[] manifest;
  final byte @Nullable [] signature;
  final long payloadStart;
  final long payloadLength;

  private BundleLayout(
      byte[] manifest, byte @Nullable [] signature, long payloadStart, long payloadLength) {
    this.manifest = manifest;
    this.signature = signature;
    this.payloadStart = payloadStart;
    this.payloadLength = payloadLength;
  }

  /** Reads the small parts of a file and checks the outline of the whole. */
  static BundleLayout read(FileChannel file) throws IOException, TrustException {
    long size = file.size();
    long at = 0;
    long length = header(file, at, size, MANIFEST);
    byte[] manifest = part(file, at, size, length, MANIFEST, MAX_MANIFEST);
    at += UstarHeader.BLOCK + length + UstarHeader.padding(length);
    byte[] signature = null;
    if (UstarHeader.path(bytes(file, at, UstarHeader.BLOCK, size)).equals(SIGNATURE)) {
      length = header(file, at, size, SIGNATURE);
      signature = part(file, at, size, length, SIGNATURE, MAX_SIGNATURE);
      at += UstarHeader.BLOCK + length + UstarHeader.padding(length);
    }
    length = header(file, at, size, PAYLOAD);
    long start = at + UstarHeader.BLOCK;
    long end = start + length;
    byte[] tail = bytes(file, end, UstarHeader.padding(length) + 2 * UstarHeader.BLOCK, size);
    zeros(tail, "the end of the file");
    if (size != end + tail.length) {
      throw new TrustException(
          Reason.MALFORMED,
          "the file has " + (size - end - tail.length) + " bytes after the end of the bundle");
    }
    return new BundleLayout(manifest, signature, start, length);
  }

  private static long header(FileChannel file, long at, long fileSize, String name)
      throws IOException, TrustException {
    byte[] header = bytes(file, at, UstarHeader.BLOCK, fileSize);
    long size = UstarHeader.size(header);
    if (size < 0 || !Arrays.equals(header, UstarHeader.file(name, MODE, size))) {
      throw new TrustException(
          Reason.MALFORMED,
          "not a bundle: expected "
              + name
              + " at byte "
              + at
              + ", found "
              + UstarHeader.describe(header));
    }
    return size;
  }

  private static byte[] part(
      FileChannel file, long at, long fileSize, long length, String name, int most)
      throws IOException, TrustException {
    if (length > most) {
      throw new TrustException(
          Reason.TOO_LARGE, name + " has " + length + " bytes: at most " + most);
    }
    byte[] whole =
        bytes(file, at + UstarHeader.BLOCK, (int) length + UstarHeader.padding(length), fileSize);
    zeros(Arrays.copyOfRange(whole, (int) length, whole.length), "the padding of " + name);
    return Arrays.copyOf(whole, (int) length);
  }

  private static void zeros(byte[] bytes, String where) throws TrustException {
    for (byte b : bytes) {
      if (b != 0) {
        throw new TrustException(Reason.MALFORMED, where + " is not empty");
      }
    }
  }

  private static byte[] bytes(FileChannel file, long at, int length, long fileSize)
      throws IOException, TrustException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    if (at + length <= fileSize) {
      while (buffer.hasRemaining() && file.read(buffer, at + buffer.position()) >= 0) {}
    }
    if (buffer.hasRemaining()) {
      throw new TrustException(
          Reason.TRUNCATED,
          "the file has " + fileSize + " bytes and ends within the bundle: it is cut off");
    }
    return buffer.array();
  }
}
