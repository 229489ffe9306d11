package dev.hostler.controller.bundle;

import dev.hostler.controller.db.Database;

/** Reads the bytes of a bundle file, a piece at a time. Not thread-safe. */
public final class BundleContent {
  private final Database database;
  private final BundleStore store;
  private final String digest;
  private final long size;
  private long offset;

  BundleContent(Database database, BundleStore store, String digest, long size, long offset) {
    this.database = database;
    this.store = store;
    this.digest = digest;
    this.size = size;
    this.offset = offset;
  }

  /** Size of the whole file in bytes. */
  public long size() {
    return size;
  }

  /** Where the next piece starts. */
  public long offset() {
    return offset;
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
