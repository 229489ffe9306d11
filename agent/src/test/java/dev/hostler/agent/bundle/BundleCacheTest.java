package dev.hostler.agent.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.trust.OpenTrust;
import dev.hostler.common.time.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleCacheTest {
  private static final BundleSettings SETTINGS =
      new BundleSettings(10 << 20, 1 << 20, Duration.ofDays(30), Duration.ofMinutes(5));
  private static final CompletableFuture<Void> NEVER = new CompletableFuture<>();

  @TempDir Path dir;
  private final ManualTime time = new ManualTime();
  private SignedBundle bundle;
  private Path roots;
  private Source source;
  private BundleCache cache;

  /** Serves bytes; a test says where it breaks. */
  private static final class Source implements BundleSource {
    volatile byte[] bytes;
    volatile int breakAfter = Integer.MAX_VALUE;
    volatile CountDownLatch gate = new CountDownLatch(0);
    final List<Long> offsets = new CopyOnWriteArrayList<>();

    Source(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public void fetch(String digest, long offset, Sink sink)
        throws BundleUnavailableException, IOException, InterruptedException {
      offsets.add(offset);
      gate.await();
      if (bytes == null) {
        throw new BundleUnavailableException("the controller says NOT_FOUND: no such bundle");
      }
      int at = (int) offset;
      int served = 0;
      while (at < bytes.length) {
        if (served >= breakAfter) {
          throw new IOException("broken");
        }
        int end = Math.min(bytes.length, at + 100);
        sink.take(bytes.length, at, Arrays.copyOfRange(bytes, at, end));
        served += end - at;
        at = end;
      }
    }
  }

  @BeforeEach
  void open() throws Exception {
    bundle = new SignedBundle(dir.resolve("made"), SignedBundle.TOML, time.instant());
    roots = dir.resolve("roots.pem");
    Files.copy(bundle.root, roots);
    source = new Source(bundle.bytes);
    cache = reopen(SETTINGS);
  }

  private BundleCache reopen(BundleSettings settings) throws IOException {
    return new BundleCache(
        dir.resolve("bundles"), roots, source, settings, OpenTrust.in(dir, time), time);
  }

  private BundleLease acquire() throws Exception {
    return acquire(source.bytes.length);
  }

  private BundleLease acquire(long size) throws Exception {
    return cache.acquire(bundle.digest, size, null, NEVER);
  }

  private RefusedException refused(Callable<?> call) {
    try {
      call.call();
    } catch (RefusedException e) {
      return e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("was not refused");
  }

  private List<String> kept() throws IOException {
    try (var files = Files.list(dir.resolve("bundles"))) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void fetchesVerifiesAndUnpacksOnceIntoARootOnlyDirectory() throws Exception {
    try (BundleLease lease = acquire()) {
      assertThat(lease.manifest().name()).isEqualTo("sample");
      assertThat(lease.payload().resolve("words")).hasContent("words\n".repeat(3000));
      assertThat(lease.payload().resolve("bin/greet")).isExecutable();
    }
    try (BundleLease _ = acquire()) {
      assertThat(source.offsets).as("not fetched again").containsExactly(0L);
    }
    assertThat(kept()).containsExactly(bundle.digest);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("bundles"))))
        .isEqualTo("rwx------");
  }

  @Test
  void afterAPowerCutItIsUnpackedAnewFromTheFileThatWasFlushed() throws Exception {
    acquire().close();
    Path folder = dir.resolve("bundles").resolve(bundle.digest);
    Path words = folder.resolve("payload/words");
    for (boolean marked : new boolean[] {true, false}) {
      // What was not flushed: files of the right size without their bytes; the mark, or none.
      Files.write(words, new byte[(int) Files.size(words)]);
      if (marked) {
        Files.writeString(folder.resolve("boot"), "11111111-2222-3333-4444-555555555555");
      } else {
        Files.delete(folder.resolve("boot"));
      }
      cache = reopen(SETTINGS);
      try (BundleLease lease = acquire()) {
        assertThat(lease.payload().resolve("words")).hasContent("words\n".repeat(3000));
        assertThat(lease.payload().resolve("bin/greet")).isExecutable();
      }
      assertThat(source.offsets).as("not fetched again").containsExactly(0L);
    }
    // A damaged file is fetched again.
    byte[] file = Files.readAllBytes(folder.resolve("bundle"));
    file[file.length - 1500] ^= 1;
    Files.write(folder.resolve("bundle"), file);
    Files.delete(folder.resolve("boot"));
    cache = reopen(SETTINGS);
    acquire().close();
    assertThat(source.offsets).containsExactly(0L, 0L);
    assertThat(words).hasContent("words\n".repeat(3000));
  }

  @Test
  void oneTransferServesAllWhoWait() throws Exception {
    source.gate = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var leases = new ArrayList<java.util.concurrent.Future<BundleLease>>();
      for (int i = 0; i < 20; i++) {
        leases.add(threads.submit(() -> acquire()));
      }
      source.gate.countDown();
      for (var lease : leases) {
        lease.get().close();
      }
    }
    assertThat(source.offsets).hasSize(1);
  }

  @Test
  void resumesABrokenTransferWhereItBroke() throws Exception {
    source.breakAfter = 300;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var lease = threads.submit(() -> acquire());
      while (!lease.isDone()) {
        time.advance(Duration.ofMillis(100));
        Thread.onSpinWait();
      }
      lease.get().close();
    }
    assertThat(source.offsets).startsWith(0L, 300L, 600L).isSorted();
  }

  @Test
  void aPartOfAnEarlierProcessIsGoneOnWith() throws Exception {
    Files.write(
        dir.resolve("bundles/" + bundle.digest + ".part"), Arrays.copyOf(bundle.bytes, 250));
    acquire().close();
    assertThat(source.offsets).containsExactly(250L);
  }

  @Test
  void aPartThatDoesNotFitIsFetchedAgain() throws Exception {
    Files.write(dir.resolve("bundles/" + bundle.digest + ".part"), new byte[250]);
    acquire().close();
    assertThat(source.offsets).containsExactly(250L, 0L);
  }

  @Test
  void afterARestartItIsVerifiedAgainWithoutATransfer() throws Exception {
    acquire().close();
    cache = reopen(SETTINGS);
    acquire().close();
    assertThat(source.offsets).hasSize(1);
    Files.copy(
        new SignedBundle(dir.resolve("other"), SignedBundle.TOML, time.instant()).root,
        roots,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    cache = reopen(SETTINGS);
    assertThat(refused(this::acquire).refusal()).isEqualTo(Refusal.BUNDLE_UNTRUSTED);
  }

  @Test
  void changedRootsCountAtOnceAndOldVerificationsDoNotForever() throws Exception {
    acquire().close();
    Files.delete(roots);
    RefusedException refused = refused(this::acquire);
    assertThat(refused.refusal()).isEqualTo(Refusal.BUNDLE_UNTRUSTED);
    assertThat(refused)
        .hasMessageContaining("trusts no bundle signer")
        .hasMessageContaining("roots.pem");
    Files.copy(bundle.root, roots);
    acquire().close();
    time.advance(Duration.ofDays(4000));
    assertThat(refused(this::acquire)).hasMessageContaining("SIGNER_NOT_VALID_NOW");
  }

  @Test
  void damagedFilesAreFetchedAgain() throws Exception {
    Path payload;
    try (BundleLease lease = acquire()) {
      payload = lease.payload();
    }
    Files.writeString(payload.resolve("words"), "changed");
    cache = reopen(SETTINGS);
    try (BundleLease lease = acquire()) {
      assertThat(lease.payload().resolve("words")).hasContent("words\n".repeat(3000));
    }
    assertThat(source.offsets).hasSize(2);
  }

  @Test
  void truncatedAtEvery100thByteIsRefused() throws Exception {
    for (int cut = 0; cut < bundle.bytes.length; cut += 100) {
      source.bytes = Arrays.copyOf(bundle.bytes, Math.max(1, cut));
      RefusedException refused = refused(this::acquire);
      assertThat(refused.refusal()).as("at %d", cut).isEqualTo(Refusal.BUNDLE_UNTRUSTED);
      assertThat(kept()).as("at %d", cut).isEmpty();
    }
  }

  @Test
  void alteredAtAnyOfManyBytesIsRefusedAndLeavesNothing() throws Exception {
    for (int at = 0; at < bundle.bytes.length; at += 37) {
      source.bytes = bundle.bytes.clone();
      source.bytes[at] ^= 1;
      try (BundleLease lease = acquire()) {
        // Only padding that nothing is read from may differ.
        assertThat(lease.payload().resolve("words")).hasContent("words\n".repeat(3000));
        lease.close();
        Files.walk(dir.resolve("bundles"))
            .sorted(java.util.Comparator.reverseOrder())
            .forEach(f -> f.toFile().delete());
        Files.createDirectory(dir.resolve("bundles"));
        cache = reopen(SETTINGS);
      } catch (RefusedException e) {
        assertThat(e.refusal()).isEqualTo(Refusal.BUNDLE_UNTRUSTED);
        assertThat(kept()).isEmpty();
      }
    }
  }

  @Test
  void anUnknownSignerAndAnotherBundleAreRefused() throws Exception {
    SignedBundle other = new SignedBundle(dir.resolve("other"), SignedBundle.TOML, time.instant());
    source.bytes = other.bytes;
    assertThat(refused(this::acquire)).hasMessageContaining("SIGNER_UNTRUSTED");
    SignedBundle changed =
        new SignedBundle(
            dir.resolve("changed"),
            SignedBundle.TOML.replace("1.2.3", "1.2.4"),
            time.instant(),
            bundle);
    source.bytes = changed.bytes;
    assertThat(refused(this::acquire)).hasMessageContaining("WRONG_BUNDLE");
    source.bytes = Files.readAllBytes(bundle.folder.resolve("unsigned"));
    assertThat(refused(this::acquire)).hasMessageContaining("UNSIGNED");
    assertThat(kept()).isEmpty();
  }

  @Test
  void aBundleThatIsNotThereOrTooLargeOrOfAnotherSizeIsUnavailable() throws Exception {
    assertThat(refused(() -> acquire(20 << 20)))
        .hasMessageContaining("20971520")
        .hasMessageContaining("bundles.largest")
        .extracting(RefusedException::refusal)
        .isEqualTo(Refusal.BUNDLE_UNAVAILABLE);
    assertThat(refused(() -> acquire(bundle.bytes.length + 1)))
        .hasMessageContaining("the controller says " + bundle.bytes.length);
    source.bytes = null;
    assertThat(refused(() -> acquire(500)))
        .hasMessageContaining("no such bundle")
        .extracting(RefusedException::refusal)
        .isEqualTo(Refusal.BUNDLE_UNAVAILABLE);
  }

  @Test
  void givesUpWhenNoByteComesForLong() throws Exception {
    source.breakAfter = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var lease = threads.submit(() -> refused(this::acquire));
      while (!lease.isDone()) {
        time.advance(Duration.ofSeconds(10));
        Thread.onSpinWait();
      }
      assertThat(lease.get().refusal()).isEqualTo(Refusal.BUNDLE_UNAVAILABLE);
      assertThat(lease.get()).hasMessageContaining("no byte came");
    }
  }

  @Test
  void waitsNeitherPastTheDeadlineNorAfterACancel() throws Exception {
    source.gate = new CountDownLatch(1);
    assertThat(
            refused(() ->
                    cache.acquire(
                        bundle.digest, bundle.bytes.length, time.instant().plusMillis(50), NEVER))
                .refusal())
        .isEqualTo(Refusal.EXPIRED);
    CompletableFuture<Void> giveUp = new CompletableFuture<>();
    giveUp.complete(null);
    assertThatThrownBy(() -> cache.acquire(bundle.digest, bundle.bytes.length, null, giveUp))
        .isInstanceOf(CancellationException.class);
    source.gate.countDown();
    acquire().close();
    assertThat(source.offsets).as("the first transfer went on").hasSize(1);
  }

  @Test
  void anExpiredBundleIsRefusedEvenJustAfterItWasVerified() throws Exception {
    Instant expires = time.instant().plusSeconds(61);
    bundle =
        new SignedBundle(
            dir.resolve("brief"),
            SignedBundle.TOML.replace("version =", "expires = " + expires + "\nversion ="),
            time.instant(),
            bundle);
    source.bytes = bundle.bytes;
    acquire().close();
    time.advance(Duration.ofSeconds(62));
    assertThat(refused(this::acquire)).hasMessageContaining("expired");
  }

  @Test
  void collectsWhatIsUnusedForLongNeverWhatIsInUse() throws Exception {
    BundleLease lease = acquire();
    time.advance(Duration.ofDays(40));
    cache.collect();
    assertThat(kept()).containsExactly(bundle.digest);
    lease.close();
    cache.collect();
    assertThat(kept()).as("used a moment ago").containsExactly(bundle.digest);
    time.advance(Duration.ofDays(31));
    try (Pin _ = cache.keep(bundle.digest)) {
      cache.collect();
      assertThat(kept()).as("kept for a run of an earlier process").containsExactly(bundle.digest);
      Files.setLastModifiedTime(
          dir.resolve("bundles").resolve(bundle.digest),
          java.nio.file.attribute.FileTime.from(time.instant().minus(Duration.ofDays(31))));
    }
    time.advance(Duration.ofDays(31));
    cache.collect();
    assertThat(kept()).isEmpty();
  }

  @Test
  void collectsTheLeastRecentlyUsedAboveTheSize() throws Exception {
    acquire().close();
    SignedBundle second =
        new SignedBundle(
            dir.resolve("second"),
            SignedBundle.TOML.replace("1.2.3", "2.0.0"),
            time.instant(),
            bundle);
    time.advance(Duration.ofMinutes(1));
    source.bytes = second.bytes;
    cache.acquire(second.digest, second.bytes.length, null, NEVER).close();
    long both = FileTrees.size(dir.resolve("bundles"));
    cache =
        reopen(new BundleSettings(1 << 20, both - 1, Duration.ofDays(30), Duration.ofMinutes(5)));
    cache.collect();
    assertThat(kept()).containsExactly(second.digest);
  }

  @Test
  void aFullDiskIsARefusalAndLeavesNothing() throws Exception {
    Path disk = Files.createDirectory(dir.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=16k", "hostler-test", disk.toString());
    try {
      cache =
          new BundleCache(
              disk.resolve("bundles"), roots, source, SETTINGS, OpenTrust.in(dir, time), time);
      RefusedException refused = refused(this::acquire);
      assertThat(refused.refusal()).isEqualTo(Refusal.EXHAUSTED);
      assertThat(refused).hasMessageContaining("No space left");
      assertThat(disk.resolve("bundles/" + bundle.digest)).doesNotExist();
    } finally {
      run("umount", disk.toString());
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
  }
}
