package dev.hostler.agent.bundle;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.bundle.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bundles by the digest of their manifests, in a directory that only root can enter. A bundle
 * appears there whole or not at all; its signature is verified again, against the roots that are
 * pinned then, when it is used after a while or after a restart. Thread-safe.
 */
public final class BundleCache {
  private static final int MOST_TOLD = 1000;
  private static final Logger log = LoggerFactory.getLogger(BundleCache.class);

  /** How long a verification counts. */
  private static final Duration VERIFIED_FOR = Duration.ofMinutes(5);

  private static final Duration COLLECT_EVERY = Duration.ofMinutes(1);

  private final Path root;
  private final Path rootsFile;
  private final BundleStore store;
  private final BundleSettings settings;
  private final TrustState trust;
  private final TimeSource time;
  private final Map<String, Kept> kept = new HashMap<>();
  private long collectedAt;

  private static final class Kept {
    int uses;
    @Nullable CompletableFuture<Manifest> flight;
    @Nullable Manifest manifest;
    @Nullable FileTime rootsOf;
    long verifiedAt;
    long generation;
  }

  /**
   * Opens or makes the cache.
   *
   * @param root its directory
   * @param rootsFile PEM with the roots that bundle signers chain to; read at each verification
   * @param trust what is known of revoked signers
   * @throws IOException if the directory cannot be used
   */
  public BundleCache(
      Path root,
      Path rootsFile,
      BundleSource source,
      BundleSettings settings,
      TrustState trust,
      TimeSource time)
      throws IOException {
    this.root = root;
    this.rootsFile = rootsFile;
    this.store = new BundleStore(root, rootsFile, source, settings, trust, time);
    this.settings = settings;
    this.trust = trust;
    this.time = time;
    this.collectedAt = time.nanoTime();
    store.prepare();
  }

  /**
   * A bundle, fetched if it is not here. Waits; one transfer serves all who wait for it.
   *
   * @param digest SHA-256 of its manifest, 64 hex digits
   * @param size of the bundle file, in bytes
   * @param deadline when to give up; null: never
   * @param giveUp completes when the caller does not want it any more
   * @throws RefusedException why it cannot be used; EXPIRED at the deadline
   * @throws CancellationException if {@code giveUp} completed first
   */
  public BundleLease acquire(
      String digest, long size, @Nullable Instant deadline, CompletableFuture<Void> giveUp)
      throws RefusedException, InterruptedException {
    Pin pin = keep(digest);
    boolean done = false;
    try {
      Manifest manifest = await(flight(digest, size), deadline, giveUp);
      Instant expires = manifest.expires();
      if (expires != null && !time.instant().isBefore(expires)) {
        throw new RefusedException(
            Refusal.BUNDLE_UNTRUSTED, "the bundle expired at " + expires + ": use a newer version");
      }
      done = true;
      return new BundleLease(manifest, store.payload(digest), pin);
    } finally {
      if (!done) {
        pin.close();
      }
    }
  }

  /** Why the signer of a bundle that is kept here is not trusted any more; null if it is. */
  public @Nullable String revokedSigner(String digest) {
    return store.revokedSigner(digest);
  }

  /** Keeps a bundle that a program of an earlier process still uses. */
  public synchronized Pin keep(String digest) {
    kept.computeIfAbsent(digest, _ -> new Kept()).uses++;
    return new Pin(() -> release(digest));
  }

  private void release(String digest) {
    try {
      // Before it counts as unused: a collection may be under way.
      Files.setLastModifiedTime(store.folder(digest), FileTime.from(time.instant()));
    } catch (NoSuchFileException _) {
      // It never came.
    } catch (IOException e) {
      log.warn("bundle {}: {}", digest, e.toString());
    }
    synchronized (this) {
      Kept one = kept.get(digest);
      if (one == null || --one.uses > 0) {
        return;
      }
      if (time.nanoTime() - collectedAt > COLLECT_EVERY.toNanos()) {
        collectedAt = time.nanoTime();
        Thread.ofVirtual().name("bundles").start(this::collect);
      }
    }
  }

  private synchronized CompletableFuture<Manifest> flight(String digest, long size) {
    Kept one = kept.computeIfAbsent(digest, _ -> new Kept());
    if (one.manifest != null
        && rootsTime().equals(one.rootsOf)
        && trust.generation() == one.generation
        && time.nanoTime() - one.verifiedAt < VERIFIED_FOR.toNanos()
        && Files.isDirectory(store.payload(digest))) {
      return CompletableFuture.completedFuture(one.manifest);
    }
    if (one.flight == null) {
      CompletableFuture<Manifest> flight = new CompletableFuture<>();
      one.flight = flight;
      Thread.ofVirtual().name("bundle-" + digest).start(() -> fly(digest, size, one, flight));
    }
    return one.flight;
  }

  private void fly(String digest, long size, Kept one, CompletableFuture<Manifest> flight) {
    Manifest manifest = null;
    Throwable failure = null;
    FileTime roots = rootsTime();
    long generation = trust.generation();
    try {
      manifest = store.provide(digest, size);
    } catch (RefusedException | InterruptedException | RuntimeException | Error e) {
      failure = e;
    }
    synchronized (this) {
      one.flight = null;
      one.manifest = manifest;
      one.rootsOf = roots;
      one.generation = generation;
      one.verifiedAt = time.nanoTime();
    }
    if (manifest != null) {
      flight.complete(manifest);
    } else {
      flight.completeExceptionally(failure);
    }
  }

  private Manifest await(
      CompletableFuture<Manifest> flight,
      @Nullable Instant deadline,
      CompletableFuture<Void> giveUp)
      throws RefusedException, InterruptedException {
    CompletableFuture<Object> first = CompletableFuture.anyOf(flight, giveUp);
    try {
      if (deadline == null) {
        first.get();
      } else {
        first.get(
            Math.max(0, Duration.between(time.instant(), deadline).toMillis()),
            TimeUnit.MILLISECONDS);
      }
      if (giveUp.isDone()) {
        throw new CancellationException("given up");
      }
      return flight.join();
    } catch (TimeoutException _) {
      throw new RefusedException(
          Refusal.EXPIRED, "its bundle was not here before it expired at " + deadline);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RefusedException refused) {
        throw new RefusedException(refused.refusal(), refused.getMessage());
      }
      throw new IllegalStateException("bundle cache failed: " + e.getCause(), e);
    }
  }

  /** Digests of the bundles that are unpacked here, in hex, sorted; at most a thousand. */
  public List<String> held() {
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .map(folder -> String.valueOf(folder.getFileName()))
          .filter(name -> name.matches("[0-9a-f]{64}"))
          .sorted()
          .limit(MOST_TOLD)
          .toList();
    } catch (IOException | UncheckedIOException e) {
      log.warn("cannot tell which bundles are here: {}", e.toString());
      return List.of();
    }
  }

  /**
   * Removes bundles that nobody uses: the old ones, then the least recently used above the size.
   */
  public void collect() {
    List<Unused> unused = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
      for (Path folder : folders) {
        String name = String.valueOf(folder.getFileName());
        if (name.matches("[0-9a-f]{64}(\\.part)?") && !inUse(name.substring(0, 64))) {
          unused.add(
              new Unused(
                  name, Files.getLastModifiedTime(folder).toInstant(), FileTrees.size(folder)));
        }
      }
      unused.sort(Comparator.comparing(Unused::usedAt));
      long total = unused.stream().mapToLong(Unused::bytes).sum();
      Instant oldest = time.instant().minus(settings.unusedFor());
      for (Unused one : unused) {
        if (one.usedAt().isBefore(oldest) || total > settings.cacheBytes()) {
          total -= remove(one) ? one.bytes() : 0;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      log.warn("unused bundles are not collected: {}", e.toString());
    }
  }

  private synchronized boolean inUse(String digest) {
    Kept one = kept.get(digest);
    return one != null && (one.uses > 0 || one.flight != null);
  }

  /** A bundle, or a part of one, that was not in use when it was looked at. */
  private record Unused(String name, Instant usedAt, long bytes) {}

  private synchronized boolean remove(Unused one) throws IOException {
    String name = one.name();
    String digest = name.substring(0, 64);
    Path path = root.resolve(name);
    if (inUse(digest) || !Files.getLastModifiedTime(path).toInstant().equals(one.usedAt())) {
      return false;
    }
    kept.remove(digest);
    log.info("bundle {} is not used any more, removed", name);
    FileTrees.delete(path);
    return true;
  }

  /** Changed roots count at once. */
  private FileTime rootsTime() {
    try {
      return Files.getLastModifiedTime(rootsFile);
    } catch (IOException _) {
      return FileTime.fromMillis(0);
    }
  }
}
