package dev.hostler.controller.output;

import com.github.luben.zstd.Zstd;
import java.util.Arrays;

/**
 * A piece of a stream as it travels and is stored.
 *
 * @param id which stream
 * @param offset offset of the first byte in the decoded stream
 * @param length decoded length in bytes, 1 to {@link #MAX_LENGTH}
 * @param codec how {@code data} is encoded
 * @param data the encoded bytes; not copied, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record Chunk(StreamId id, long offset, int length, Codec codec, byte[] data) {
  /** Most decoded bytes in a chunk. */
  public static final int MAX_LENGTH = 1 << 20;

  /**
   * Checks what can be checked without decoding.
   *
   * @throws IllegalArgumentException naming the field, its value and what it should be
   */
  public Chunk {
    if (offset < 0 || offset > Long.MAX_VALUE - MAX_LENGTH) {
      throw new IllegalArgumentException("offset " + offset + " is not an offset in a stream");
    }
    if (length < 1 || length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "length " + length + " is not between 1 and " + MAX_LENGTH + " bytes");
    }
    long size =
        switch (codec) {
          case IDENTITY -> data.length;
          case ZSTD -> data.length == 0 ? -1 : Zstd.getFrameContentSize(data);
        };
    if (size != length) {
      throw new IllegalArgumentException(
          "length "
              + length
              + " is not the decoded size of data ("
              + (size < 0 ? "not one Zstandard frame with its content size" : size + " bytes")
              + ")");
    }
  }

  /** Offset after the last byte. */
  public long end() {
    return offset + length;
  }

  /** The bytes of this chunk from {@code from} on, which lies in it, as a chunk of its own. */
  Chunk from(long from) {
    byte[] rest = Arrays.copyOfRange(decoded(), Math.toIntExact(from - offset), length);
    return new Chunk(id, from, rest.length, Codec.IDENTITY, rest);
  }

  /**
   * The decoded bytes.
   *
   * @throws CorruptOutputException if {@code data} does not decode to {@code length} bytes
   */
  byte[] decoded() {
    if (codec == Codec.IDENTITY) {
      return data;
    }
    try {
      byte[] bytes = Zstd.decompress(data, length);
      if (bytes.length == length) {
        return bytes;
      }
    } catch (RuntimeException e) {
      throw new CorruptOutputException("chunk at " + offset + " of " + id + " does not decode", e);
    }
    throw new CorruptOutputException("chunk at " + offset + " of " + id + " is cut short", null);
  }
}
