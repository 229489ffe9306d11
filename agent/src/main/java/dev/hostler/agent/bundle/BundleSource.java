package dev.hostler.agent.bundle;

import java.io.IOException;

/** Where bundle files come from. Thread-safe. */
public interface BundleSource {

  /**
   * Fetches the bytes of a bundle file from an offset to its end.
   *
   * @param digest SHA-256 of the manifest, 64 hex digits
   * @param offset first byte wanted
   * @param sink gets the bytes in order
   * @throws BundleUnavailableException if another try would not help
   * @throws IOException if the transfer broke, or the sink failed
   */
  void fetch(String digest, long offset, Sink sink)
      throws BundleUnavailableException, IOException, InterruptedException;

  /** Takes bytes of a bundle file. */
  interface Sink {
    /**
     * Takes a piece.
     *
     * @param totalSize size of the whole file
     * @param offset of the piece
     * @throws BundleUnavailableException if this is not what was asked for
     * @throws IOException if it cannot be kept
     */
    void take(long totalSize, long offset, byte[] piece)
        throws BundleUnavailableException, IOException;
  }
}
