package dev.hostler.agent.output;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compresses where it helps. One for all streams: two buffers in all. Not thread-safe. */
final class Encoder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Encoder.class);

  /** Most bytes of a piece before encoding. */
  static final int MAX_PIECE = 256 << 10;

  /** Below this a frame's overhead and the first use of the native library are not worth it. */
  private static final int SMALLEST = 512;

  /** How many pieces of a stream go by, after one that did not shrink, until the next try. */
  static final int SKIP = 15;

  private byte @Nullable [] plain;
  private byte @Nullable [] packed;
  private @Nullable ZstdCompressCtx zstd;
  private boolean unavailable;

  /**
   * What a stream has from an offset on; valid until the next call.
   *
   * @param room most bytes
   * @return null if it has nothing more now
   */
  OutputSink.@Nullable Piece next(Tail tail, long at, int room) throws IOException {
    int length = tail.read(plain(), room, at);
    if (length == 0) {
      return null;
    }
    int shrunk = -1;
    if (tail.skipCompression > 0) {
      tail.skipCompression--;
    } else {
      shrunk = compress(length);
      tail.skipCompression = shrunk < 0 && length >= MAX_PIECE / 4 ? SKIP : 0;
    }
    return shrunk < 0
        ? new OutputSink.Piece(tail.id, tail.stream, at, length, false, plain(), length)
        : new OutputSink.Piece(tail.id, tail.stream, at, length, true, packed(), shrunk);
  }

  /** Where the reader puts the bytes. */
  byte[] plain() {
    byte[] bytes = plain;
    if (bytes == null) {
      bytes = new byte[MAX_PIECE];
      plain = bytes;
    }
    return bytes;
  }

  /** The last result of {@link #compress}. */
  byte[] packed() {
    return packed == null ? plain() : packed;
  }

  /**
   * Compresses the first bytes of {@link #plain}.
   *
   * @return the length in {@link #packed}, or -1 if it would not shrink by a tenth at least
   */
  int compress(int length) {
    if (length < SMALLEST || unavailable) {
      return -1;
    }
    if (packed == null) {
      packed = new byte[MAX_PIECE];
    }
    int limit = length - length / 10;
    try {
      if (zstd == null) {
        zstd = new ZstdCompressCtx().setLevel(1);
      }
      return zstd.compressByteArray(packed, 0, limit, plain(), 0, length);
    } catch (ZstdException _) {
      return -1; // did not fit the limit
    } catch (LinkageError e) {
      log.warn("output is sent uncompressed, the native library does not load: {}", e.toString());
      unavailable = true;
      return -1;
    }
  }

  /** Gives back the memory. It comes again when it is needed. */
  @Override
  public void close() {
    if (zstd != null) {
      zstd.close();
      zstd = null;
    }
    packed = null;
    plain = null;
  }
}
