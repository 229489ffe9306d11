package dev.hostler.controller.output;

/**
 * Decoded output.
 *
 * @param id which stream
 * @param offset offset of the first byte
 * @param data the bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record Piece(StreamId id, long offset, byte[] data) {
  /** Offset after the last byte. */
  public long end() {
    return offset + data.length;
  }
}
