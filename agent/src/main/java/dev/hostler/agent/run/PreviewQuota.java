package dev.hostler.agent.run;

import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.LimitHit;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.limits.EffectiveLimits;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a preview before what it writes is a danger to the host's disk: its layers lie where the
 * agent keeps its state. Why it was ended stands in the attempt's folder before it is, so that an
 * agent that was killed can say so, too.
 *
 * @param largest bytes that the layers may hold
 * @param keepFree bytes of the file system that stay free
 * @param time for pauses
 */
record PreviewQuota(long largest, long keepFree, TimeSource time) {
  /** What the limit is called where limits that were reached are told. */
  static final String LIMIT = "preview";

  private static final Logger log = LoggerFactory.getLogger(PreviewQuota.class);
  private static final String LAYERS = "overlay";
  private static final String MARK = "over-quota";
  private static final String SIZE = "largest";
  private static final String ROOM = "keep_free";

  /** At 5 GB/s, less is written in it than is usually kept free. */
  private static final Duration EVERY = Duration.ofMillis(100);

  /**
   * Watches a preview until the watch is closed.
   *
   * @param folder of the attempt
   * @param kill ends it at once; called at most once
   */
  Around.Watch watch(Path folder, Runnable kill) {
    Thread thread = Thread.ofVirtual().name("preview-quota").start(() -> untilClosed(folder, kill));
    return thread::interrupt;
  }

  private void untilClosed(Path folder, Runnable kill) {
    try {
      FileStore store = Files.getFileStore(folder);
      long from = store.getUsableSpace();
      long left = largest - size(folder.resolve(LAYERS));
      while (!Thread.currentThread().isInterrupted()) {
        long free = store.getUsableSpace();
        if (free < keepFree) {
          end(folder, ROOM, kill);
          return;
        }
        if (from - free >= left) { // of all who write there; how much of it is the preview's?
          left = largest - size(folder.resolve(LAYERS));
          from = free;
          if (left <= 0) {
            end(folder, SIZE, kill);
            return;
          }
        }
        time.sleep(EVERY);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.error("preview in {} is not watched any more: {}", folder, e.toString());
    }
  }

  private static void end(Path folder, String why, Runnable kill) throws IOException {
    Files.writeString(folder.resolve(MARK), why);
    log.warn("preview in {} is ended: snapshots.{}", folder, why);
    kill.run();
  }

  /** Whatever the program makes of its layers meanwhile. */
  private static long size(Path layers) throws IOException {
    if (Files.notExists(layers)) {
      return 0;
    }
    long[] bytes = {0};
    Files.walkFileTree(
        layers,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes[0] += attributes.size();
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return bytes[0];
  }

  /** Was this one ended here? */
  boolean ended(Path folder) {
    return Files.exists(folder.resolve(MARK));
  }

  /** The result with the limit that it reached. */
  AttemptResult name(AttemptResult result, Path folder) throws IOException {
    boolean size = Files.readString(folder.resolve(MARK)).equals(SIZE);
    long value = size ? largest : keepFree;
    List<LimitHit> hits = new ArrayList<>();
    hits.add(new LimitHit(LIMIT, value, 1, EffectiveLimits.HOST, 0, true));
    hits.addAll(result.limitsHit());
    return result
        .withLimitsHit(hits)
        .withMessage(
            size
                ? "ended by its limit of preview: it wrote %d bytes or more (snapshots.largest of this host), and nothing was changed"
                    .formatted(value)
                : "ended by its limit of preview: it left less than %d bytes of the disk free (snapshots.keep_free of this host), and nothing was changed"
                    .formatted(value));
  }
}
