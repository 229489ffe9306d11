package dev.hostler.agent.trust;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.trust.TrustSettings.Index;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.signing.OcspAnswer;
import dev.hostler.common.signing.Revocation;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.bundle.Version;
import dev.hostler.trust.index.BundleVersion;
import dev.hostler.trust.index.IndexException;
import dev.hostler.trust.index.TrustIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this host knows of freshness and revocation, and what follows from it for work. Takes what
 * controllers pass on, believes none of it without a signature, keeps it on disk, and never goes
 * back. Thread-safe.
 */
public final class TrustState {
  private static final Logger log = LoggerFactory.getLogger(TrustState.class);

  /** How far the clock of an index signer may be ahead of this host's. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);

  private final TrustSettings settings;
  private final TimeSource time;
  private final PassedTime clock;
  private final HeldIndex index;
  private final Versions versions;
  private final HeldLists lists;
  private final HeldAnswers answers;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong generation = new AtomicLong();
  private volatile @Nullable Known known;

  /** All that revocation is judged by. */
  private record Sources(
      HeldIndex.@Nullable Held index, List<X509CRL> lists, List<OcspAnswer> answers) {}

  private record Known(Sources sources, Revocation signers, Revocation controllers) {}

  private TrustState(
      TrustSettings settings,
      TimeSource time,
      HeldIndex index,
      Versions versions,
      HeldLists lists,
      HeldAnswers answers) {
    this.settings = settings;
    this.time = time;
    this.clock = new PassedTime(time);
    this.index = index;
    this.versions = versions;
    this.lists = lists;
    this.answers = answers;
  }

  /**
   * Opens or makes the state.
   *
   * @param folder only root can enter it; made if absent
   * @throws IOException if it cannot be used, or a file in it is damaged
   */
  public static TrustState open(Path folder, TrustSettings settings, TimeSource time)
      throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    return new TrustState(
        settings,
        time,
        HeldIndex.open(folder.resolve("index"), new PinnedRoots(settings.indexRoots())),
        Versions.open(folder.resolve("versions")),
        HeldLists.open(folder.resolve("crls")),
        HeldAnswers.open(folder.resolve("ocsp")));
  }

  /** What is to happen to running work that is not trusted any more. */
  public TrustSettings.Running running() {
    return settings.running();
  }

  /** Called, on the thread that brought it, after what is known has changed. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Changes whenever what is known does: what was verified under another is to be verified again.
   */
  public long generation() {
    return generation.get();
  }

  /** Number of the index that is held; 0: none. */
  public long indexNumber() {
    HeldIndex.Held held = index.get();
    return held == null ? 0 : held.index().number();
  }

  /** Takes what is new and signed by whom this host trusts for it; the rest is logged. */
  public void update(TrustUpdate update) {
    boolean changed = false;
    try {
      changed = lists.take(update.crls());
      changed |= answers.take(update.ocsp());
    } catch (IOException e) {
      log.error("revocation lists or OCSP answers are not kept: {}", e.toString());
    }
    if (update.index() != null) {
      try {
        boolean newer = index.take(update.index(), revocation(), time.instant());
        changed |= newer;
        if (newer) {
          log.info("index {} is in force", indexNumber());
        }
      } catch (IndexException e) {
        log.warn("index refused ({}): {}", e.reason(), e.getMessage());
      } catch (IOException e) {
        log.error("an index is not kept: {}", e.toString());
      }
    }
    if (changed) {
      generation.incrementAndGet();
      listeners.forEach(Runnable::run);
    }
  }

  /**
   * How chains of signers and operators are to be checked, as of now. The same object for as long
   * as nothing new has come, so that what was made with it can be kept.
   */
  public RevocationPolicy revocation() {
    return known().signers();
  }

  /**
   * How certificates of controllers are to be checked, as of now: like {@link #revocation}, but
   * what cannot be told is passed, because it is a controller that brings the lists.
   */
  public RevocationPolicy ofControllers() {
    return known().controllers();
  }

  private Known known() {
    Sources now = new Sources(index.get(), lists.get(), answers.get());
    Known last = known;
    if (last == null || !last.sources().equals(now)) {
      boolean hard = settings.revocation() == TrustSettings.Revocation.HARD;
      last = new Known(now, revocation(now, hard), revocation(now, false));
      known = last;
    }
    return last;
  }

  private Revocation revocation(Sources from, boolean hard) {
    HeldIndex.Held held = from.index();
    return new Revocation(
        held == null ? Set.of() : held.index().revoked().certificates(),
        from.lists(),
        from.answers(),
        new Revocation.Rules(settings.maxCrlAge(), hard));
  }

  /**
   * Refuses all work while this host cannot know what is good now.
   *
   * @throws RefusedException INDEX_STALE
   */
  public void requireFresh() throws RefusedException {
    if (settings.index() == Index.OFF) {
      return;
    }
    HeldIndex.Held held = index.get();
    if (held == null) {
      throw stale("this host has seen no signed index: sign one with `hostler index sign`");
    }
    Instant now = time.instant();
    TrustIndex known = held.index();
    Instant least = clock.least();
    if (now.isBefore(least.minus(CLOCK_SKEW))) {
      throw stale(
          "it is %s here, but at least %s by what this agent has seen: correct this host's clock, or restart the agent if it was ahead before"
              .formatted(now, least));
    }
    if (!now.isBefore(known.expires())) {
      throw stale(
          "index %d expired at %s; it is %s here: sign a new one with `hostler index sign`"
              .formatted(known.number(), known.expires(), now));
    }
    if (now.isAfter(known.issued().plus(settings.maxIndexAge()))) {
      throw stale(
          "index %d of %s is older than this host allows (trust.max_index_age = %s)"
              .formatted(known.number(), known.issued(), settings.maxIndexAge()));
    }
    if (now.isBefore(known.issued().minus(CLOCK_SKEW))) {
      throw stale(
          "index %d was issued at %s, but it is %s here: correct this host's clock"
              .formatted(known.number(), known.issued(), now));
    }
    try {
      index.requireSigner(held.signed(), revocation(), now);
    } catch (IndexException e) {
      throw stale("index " + known.number() + " does not count any more: " + e.getMessage());
    } catch (IOException e) {
      throw stale(String.valueOf(e.getMessage()));
    }
  }

  /**
   * May this version of a bundle be run now? Also refuses while there is no fresh index.
   *
   * @param manifest SHA-256 of its manifest, 64 lower-case hex digits
   * @param allowOlder whether the operator signed that it may be older than one that ran here
   * @throws RefusedException INDEX_STALE, BUNDLE_REVOKED, BUNDLE_YANKED, BUNDLE_UNLISTED or
   *     BUNDLE_OLDER
   */
  public void requireBundle(String name, Version version, String manifest, boolean allowOlder)
      throws RefusedException {
    HeldIndex.Held held = index.get();
    TrustIndex known = held == null ? null : held.index();
    String revoked = revokedBundle(manifest);
    if (revoked != null) {
      throw new RefusedException(Refusal.BUNDLE_REVOKED, name + " " + version + ": " + revoked);
    }
    BundleVersion listed = known == null ? null : known.find(name, version);
    if (known != null && listed != null && listed.yanked() && listed.manifest().equals(manifest)) {
      throw new RefusedException(
          Refusal.BUNDLE_YANKED,
          "%s %s was yanked (index %d): use another version"
              .formatted(name, version, known.number()));
    }
    requireFresh();
    if (settings.index() == Index.REQUIRED && known != null) {
      if (listed == null) {
        throw new RefusedException(
            Refusal.BUNDLE_UNLISTED,
            "index %d does not list %s %s: sign a new index with it"
                .formatted(known.number(), name, version));
      }
      if (!listed.manifest().equals(manifest)) {
        throw new RefusedException(
            Refusal.BUNDLE_UNLISTED,
            "index %d lists another bundle as %s %s: that with the manifest %s, not %s"
                .formatted(known.number(), name, version, listed.manifest(), manifest));
      }
    }
    Version highest = versions.highest(name);
    if (!allowOlder && highest != null && version.compareTo(highest) < 0) {
      throw new RefusedException(
          Refusal.BUNDLE_OLDER,
          "%s %s is older than %s, which this host has run: a job may go back only if it says so (--allow-older)"
              .formatted(name, version, highest));
    }
  }

  /**
   * Remembers that a version is about to run: from now on, older ones are refused.
   *
   * @throws RefusedException EXHAUSTED if that cannot be made durable
   */
  public void saw(String name, Version version) throws RefusedException {
    try {
      versions.saw(name, version);
    } catch (IOException e) {
      throw new RefusedException(Refusal.EXHAUSTED, "the host could not record the version: " + e);
    }
  }

  /**
   * May this operator still ask for anything? Also refuses while there is no fresh index.
   *
   * @param name as in the certificate
   * @param path the certificate that signed and those above it; may be empty
   * @throws RefusedException INDEX_STALE or OPERATOR_REVOKED
   */
  public void requireOperator(String name, List<X509Certificate> path) throws RefusedException {
    String revoked = revokedOperator(name, path);
    if (revoked != null) {
      throw new RefusedException(Refusal.OPERATOR_REVOKED, revoked);
    }
    requireFresh();
  }

  /** Why a bundle is not to be relied on any more; null if it was not revoked. */
  public @Nullable String revokedBundle(String manifest) {
    HeldIndex.Held held = index.get();
    return held != null && held.index().revoked().bundles().contains(manifest)
        ? "the bundle was revoked (index " + held.index().number() + ")"
        : null;
  }

  /**
   * Why an operator is not to be listened to any more; null if nothing was revoked.
   *
   * @param path the certificate that signed and those above it; may be empty
   */
  public @Nullable String revokedOperator(String name, List<X509Certificate> path) {
    HeldIndex.Held held = index.get();
    if (held == null) {
      return null;
    }
    TrustIndex known = held.index();
    if (known.revoked().operators().contains(name)) {
      return "operator %s was revoked (index %d)".formatted(name, known.number());
    }
    for (X509Certificate certificate : path) {
      if (known.revoked().certificates().contains(Fingerprints.sha256(certificate))) {
        return "the certificate of '%s' was revoked (index %d)"
            .formatted(certificate.getSubjectX500Principal(), known.number());
      }
    }
    return null;
  }

  private static RefusedException stale(@Nullable String why) {
    return new RefusedException(Refusal.INDEX_STALE, String.valueOf(why));
  }
}
