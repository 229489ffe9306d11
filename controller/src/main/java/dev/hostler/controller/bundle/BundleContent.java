package dev.hostler.controller.bundle;

import dev.hostler.controller.db.Database;

/** Reads the bytes of a bundle file, a piece at a time. Not thread-safe. */
public final class BundleContent {
  private final Database database;
  private final BundleStore store;
  private final String digest;
  private final long size;
  private final long start;
  private long offset;

  BundleContent(Database database, BundleStore store, String digest, long size, long start) {
    this.database = database;
    this.store = store;
    this.digest = digest;
    this.size = size;
    this.start = start;
    this.offset = start;
  }

  /** Size of the whole file in bytes. */
  public long size() {
    return size;
  }

  /** Where the next piece starts. */
  public long offset() {
    return offset;
  }

  /** Was nothing read so far? */
  public boolean isFirst() {
    return offset == start;
  }

  /** The next piece, at most {@link BundleService#PIECE} bytes; empty at the end. */
  public byte[] next() {
    if (offset >= size) {
      return new byte[0];
    }
    byte[] data =
        database
            .transact(transaction -> store.read(transaction, digest, offset))
            .filter(piece -> piece.length > 0)
            .orElseThrow(
                () -> new IllegalStateException("bundle " + digest + " has no byte " + offset));
    offset += data.length;
    return data;
  }
}
