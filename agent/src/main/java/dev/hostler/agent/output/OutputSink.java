package dev.hostler.agent.output;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.StreamName;

/** Where output goes: the present connection to a controller. Safe for use by several threads. */
public interface OutputSink {

  /** Would a piece be taken now without piling up? */
  boolean isReady();

  /**
   * Sends a piece. Its bytes are the caller's again when this returns.
   *
   * @param piece what to send
   */
  void send(Piece piece);

  /**
   * A piece of one stream.
   *
   * @param id the attempt
   * @param stream which of its streams
   * @param offset of the first byte in the decoded stream
   * @param length decoded, in bytes
   * @param zstd is {@code data} one Zstandard frame (RFC 8878)? else it is the bytes themselves
   * @param data holds the encoded bytes from its start; only valid during {@link #send}
   * @param dataLength how many
   */
  @SuppressWarnings("ArrayRecordComponent") // lent for the time of one call, never compared
  record Piece(
      AttemptId id,
      StreamName stream,
      long offset,
      int length,
      boolean zstd,
      byte[] data,
      int dataLength) {}
}
