package dev.hostler.controller.db;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the embedded PostgreSQL writes.
 *
 * @param file where
 */
record PostgresLog(Path file) {
  private static final long LIMIT_BYTES = 16L << 20;
  private static final long TAIL_BYTES = 2000;

  /** Begins anew when there is too much; returns where the next start's part begins. */
  long begin() throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    long size = Files.size(file);
    if (size <= LIMIT_BYTES) {
      return size;
    }
    Files.delete(file);
    return 0;
  }

  /** The end of what was written since {@link #begin}, for an error message. */
  String since(long from) {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      log.seek(Math.max(from, log.length() - TAIL_BYTES));
      byte[] bytes = new byte[(int) (log.length() - log.getFilePointer())];
      log.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).strip() + " (see " + file + ")";
    } catch (IOException _) {
      return "its log " + file + " cannot be read";
    }
  }
}
