package dev.hostler.agent.trust;

import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.trust.index.IndexException;
import dev.hostler.trust.index.IndexException.Reason;
import dev.hostler.trust.index.IndexTrust;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The index with the highest number that this host has seen. Survives restarts. Thread-safe. */
final class HeldIndex {
  private static final Duration CHECKED_FOR = Duration.ofMinutes(1);

  private final StateFile file;
  private final PinnedRoots roots;
  private volatile @Nullable Held held;
  private volatile @Nullable Checked checked;

  /** A verification counts for a minute: certificates end, and every run asks. */
  private record Checked(
      SignedIndex signed, List<X509Certificate> roots, RevocationPolicy revocation, Instant at) {}

  /** An index that was verified when it came. */
  record Held(SignedIndex signed, TrustIndex index) {}

  private HeldIndex(StateFile file, PinnedRoots roots) {
    this.file = file;
    this.roots = roots;
  }

  static HeldIndex open(Path path, PinnedRoots roots) throws IOException {
    HeldIndex opened = new HeldIndex(new StateFile(path), roots);
    List<byte[]> parts = opened.file.read();
    if (parts.size() >= 2) {
      try {
        SignedIndex signed = new SignedIndex(parts.get(0), parts.get(1));
        opened.held = new Held(signed, TrustIndex.read(signed.statement()));
      } catch (IndexException e) {
        throw new IOException(path + ": " + e.getMessage(), e);
      }
    }
    return opened;
  }

  /** Null if none was ever seen. */
  @Nullable Held get() {
    return held;
  }

  /**
   * Takes an index if it is by a pinned signer and does not go back.
   *
   * @return false if it is the one that is held
   * @throws IndexException why it is refused; GOES_BACK for an older one
   * @throws IOException if it cannot be made durable; then the old one still counts
   */
  synchronized boolean take(SignedIndex signed, RevocationPolicy revocation, Instant now)
      throws IndexException, IOException {
    Held before = held;
    if (before != null && before.signed().equals(signed)) {
      return false;
    }
    TrustIndex index = verify(signed, revocation, now);
    if (before != null && index.number() < before.index().number()) {
      throw new IndexException(
          Reason.GOES_BACK,
          "index %d is older than index %d, which this host has seen"
              .formatted(index.number(), before.index().number()));
    }
    if (before != null
        && index.number() == before.index().number()
        && !index.equals(before.index())) {
      throw new IndexException(
          Reason.GOES_BACK,
          "there are two different indexes with the number "
              + index.number()
              + ": sign a new one with a higher number");
    }
    file.write(List.of(signed.statement(), signed.signature()));
    held = new Held(signed, index);
    return true;
  }

  /** Whether the signer of the index that is held still counts. */
  void requireSigner(SignedIndex signed, RevocationPolicy revocation, Instant now)
      throws IndexException, IOException {
    Checked last = checked;
    List<X509Certificate> pinned = roots.get();
    if (last == null
        || !last.signed().equals(signed)
        || !last.roots().equals(pinned)
        || !last.revocation().equals(revocation)
        || Duration.between(last.at(), now).abs().compareTo(CHECKED_FOR) > 0) {
      verify(signed, revocation, now);
      checked = new Checked(signed, pinned, revocation, now);
    }
  }

  /** Whether the signer still counts: certificates expire, roots are changed. */
  TrustIndex verify(SignedIndex signed, RevocationPolicy revocation, Instant now)
      throws IndexException, IOException {
    List<X509Certificate> pinned = roots.get();
    if (pinned.isEmpty()) {
      throw new IndexException(
          Reason.SIGNER_UNTRUSTED,
          "this host trusts no index signer: put their roots into " + roots.file());
    }
    return new IndexTrust(pinned, revocation).verify(signed, now);
  }
}
