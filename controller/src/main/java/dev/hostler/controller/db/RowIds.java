package dev.hostler.controller.db;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;

/**
 * Makes ids of rows: UUID version 7 (RFC 9562), which sort by the time they were made. Thread-safe.
 */
public final class RowIds {
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /** Ids with the time of {@code clock}. */
  public RowIds(InstantSource clock) {
    this.clock = clock;
  }

  /** A new id. */
  public UUID next() {
    long millis = clock.millis();
    long high = millis << 16 | 0x7000 | random.nextInt(0x1000);
    long low = 0x8000_0000_0000_0000L | random.nextLong() >>> 2;
    return new UUID(high, low);
  }
}
