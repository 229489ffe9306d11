package dev.hostler.trust.bundle;

import dev.hostler.trust.bundle.TrustException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * Checks the outline of a Zstandard frame (RFC 8878 section 3.1) before it is decompressed: that it
 * is one frame which fills its place exactly, needs no dictionary, and asks for a bounded window.
 */
final class ZstdFrame {
  /** What RFC 8878 section 3.1.1.1.2 recommends that decoders support. */
  static final long MAX_WINDOW = 8L << 20;

  private static final int MAGIC = 0xFD2FB528;

  private final FileChannel file;
  private final long end;
  private long at;

  private ZstdFrame(FileChannel file, long start, long length) {
    this.file = file;
    this.at = start;
    this.end = start + length;
  }

  static void check(FileChannel file, long start, long length) throws IOException, TrustException {
    new ZstdFrame(file, start, length).check();
  }

  private void check() throws IOException, TrustException {
    if (number(4) != (MAGIC & 0xffffffffL)) {
      throw malformed("does not begin with a Zstandard frame");
    }
    int descriptor = (int) number(1);
    boolean singleSegment = (descriptor & 0x20) != 0;
    boolean checksum = (descriptor & 0x04) != 0;
    if ((descriptor & 0x08) != 0 || (descriptor & 0x03) != 0) {
      throw malformed("has a Zstandard frame with reserved bits or a dictionary");
    }
    long window = singleSegment ? 0 : window((int) number(1));
    int sizeBytes =
        switch (descriptor >> 6) {
          case 0 -> singleSegment ? 1 : 0;
          case 1 -> 2;
          case 2 -> 4;
          default -> 8;
        };
    if (singleSegment) {
      window = number(sizeBytes);
    } else {
      at += sizeBytes;
    }
    if (window < 0 || window > MAX_WINDOW) {
      throw new TrustException(
          Reason.TOO_LARGE,
          "payload.tar.zst asks for a window of " + window + " bytes: at most " + MAX_WINDOW);
    }
    blocks();
    at += checksum ? 4 : 0;
    if (at != end) {
      throw malformed(
          at > end ? "has a Zstandard frame that is cut off" : "has bytes after its frame");
    }
  }

  private static long window(int descriptor) {
    long base = 1L << (10 + (descriptor >> 3));
    return base + base / 8 * (descriptor & 7);
  }

  private void blocks() throws IOException, TrustException {
    boolean last = false;
    while (!last) {
      long header = number(3);
      last = (header & 1) != 0;
      int type = (int) (header >> 1) & 3;
      long size = header >> 3;
      if (type == 3) {
        throw malformed("has a Zstandard block of a reserved type");
      }
      at += type == 1 ? 1 : size;
      if (at > end) {
        throw malformed("has a Zstandard frame that is cut off");
      }
    }
  }

  /** The next little-endian number of up to 8 bytes. */
  private long number(int bytes) throws IOException, TrustException {
    ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).limit(bytes);
    while (at + bytes <= end && buffer.hasRemaining()) {
      if (file.read(buffer, at + buffer.position()) < 0) {
        break;
      }
    }
    if (buffer.hasRemaining()) {
      throw malformed("has a Zstandard frame that is cut off");
    }
    at += bytes;
    return buffer.limit(8).position(0).getLong();
  }

  private static TrustException malformed(String what) {
    return new TrustException(Reason.MALFORMED, "payload.tar.zst " + what);
  }
}
