package dev.hostler.agent.bundle;

import dev.hostler.common.time.Backoff;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings one bundle file here, however often the transfer breaks. For one thread. */
final class BundleFetch {
  private static final Logger log = LoggerFactory.getLogger(BundleFetch.class);

  private final BundleSource source;
  private final BundleSettings settings;
  private final TimeSource time;

  BundleFetch(BundleSource source, BundleSettings settings, TimeSource time) {
    this.source = source;
    this.settings = settings;
    this.time = time;
  }

  /**
   * Completes a partly fetched file, or begins it.
   *
   * @param size of the bundle file as the assignment has it
   * @return the offset at which it began: above 0 if an earlier part was there
   * @throws BundleUnavailableException if it cannot be had
   * @throws IOException if it cannot be written here
   */
  long fetch(String digest, long size, Path part)
      throws BundleUnavailableException, IOException, InterruptedException {
    if (size > settings.largestBytes()) {
      throw new BundleUnavailableException(
          "it has %d bytes, this host takes at most %d (bundles.largest in agent.toml)"
              .formatted(size, settings.largestBytes()));
    }
    Backoff backoff =
        new Backoff(
            Duration.ofMillis(100),
            Duration.ofSeconds(10),
            new Random(ThreadLocalRandom.current().nextLong()));
    try (FileChannel file =
        FileChannel.open(
            part,
            new HashSet<>(Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE)),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      if (file.size() > size) {
        file.truncate(0);
      }
      long begin = file.size();
      long lastProgress = time.nanoTime();
      while (file.size() < size) {
        long before = file.size();
        WriteFailure failed = new WriteFailure();
        try {
          source.fetch(
              digest,
              before,
              (total, offset, piece) -> take(file, size, total, offset, piece, failed));
          if (file.size() < size) {
            throw new IOException("it ended after " + file.size() + " of " + size + " bytes");
          }
        } catch (IOException e) {
          if (failed.cause != null) {
            throw failed.cause;
          }
          if (file.size() > before) {
            backoff.reset();
            lastProgress = time.nanoTime();
          } else if (time.nanoTime() - lastProgress > settings.patience().toNanos()) {
            throw new BundleUnavailableException(
                "no byte came for " + settings.patience() + ": " + e.getMessage());
          }
          Duration pause = backoff.next();
          log.info(
              "bundle {} at byte {}: {}; again in {} ms",
              digest,
              file.size(),
              e.getMessage(),
              pause.toMillis());
          time.sleep(pause);
        }
      }
      file.force(true);
      return begin;
    }
  }

  /** Tells a full disk here from a broken transfer. */
  private static final class WriteFailure {
    @org.jspecify.annotations.Nullable IOException cause;
  }

  private static void take(
      FileChannel file, long size, long total, long offset, byte[] piece, WriteFailure failed)
      throws BundleUnavailableException, IOException {
    if (total != size) {
      throw new BundleUnavailableException(
          "the task says it has " + size + " bytes, the controller says " + total);
    }
    if (offset != file.size() || offset + piece.length > size) {
      throw new BundleUnavailableException(
          "the controller sent bytes at " + offset + " where " + file.size() + " was next");
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(piece);
      while (bytes.hasRemaining()) {
        file.write(bytes, offset + bytes.position());
      }
    } catch (IOException e) {
      failed.cause = e;
      throw e;
    }
  }
}
