package dev.hostler.controller.bundle;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;

/** Takes, lists and hands out bundles. Thread-safe. */
public final class BundleService {
  /** Most bytes in a stored piece. */
  public static final int PIECE = 256 << 10;

  private final Database database;
  private final BundleStore store = new BundleStore();

  /** Keeps bundles in the database. */
  public BundleService(Database database) {
    this.database = database;
  }

  /**
   * The bytes of a bundle file.
   *
   * @param digest SHA-256 of its manifest in hex
   * @param offset first byte wanted
   * @throws RequestException NOT_FOUND, or OUT_OF_RANGE for an offset past its end
   */
  public BundleContent open(String digest, long offset) {
    if (digest.length() != 64) {
      throw RequestException.invalid("manifest_digest", digest, "give a SHA-256: 32 bytes");
    }
    StoredBundle bundle =
        database
            .transact(transaction -> store.find(transaction, digest))
            .orElseThrow(() ->
                RequestException.notFound(
                    "manifest_digest", digest, "there is no bundle with that digest"));
    if (offset < 0 || offset > bundle.size()) {
      throw new RequestException(
          RequestException.Kind.OUT_OF_RANGE,
          "offset: %s is past the end of the bundle, which has %d bytes"
              .formatted(Long.toUnsignedString(offset), bundle.size()));
    }
    return new BundleContent(database, store, digest, bundle.size(), offset);
  }
}
