package dev.hostler.trust.bundle;

import static dev.hostler.trust.bundle.SampleBundle.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.bundle.TrustException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundle files that were cut, changed or added to on their way. */
class DamagedBundleTest {
  @TempDir Path dir;
  private byte[] good;
  private String noise;
  private byte[] digest;
  private BundleTrust trust;

  @BeforeEach
  void signedBundle() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    // Random letters, so that the payload does not compress to nothing.
    Random random = new Random(7);
    StringBuilder letters = new StringBuilder();
    random.ints(60_000, 'a', 'z' + 1).forEach(letters::appendCodePoint);
    noise = letters.toString();
    sample.file("payload/noise", noise, "rw-r--r--");
    BundleSigner signer =
        BundleSigner.create(dir.resolve("signers"), "test", KeyAlgorithm.ED25519, NOW);
    sample.build();
    signer.sign(sample.bundle, sample.signed, NOW);
    good = Files.readAllBytes(sample.signed);
    trust = SampleBundle.trust(dir.resolve("signers"));
    try (BundleFile file = BundleFile.open(sample.signed)) {
      digest = file.manifestDigest();
    }
  }

  /** All that a host does. */
  private void take(byte[] bytes) throws Exception {
    Path file = Files.write(dir.resolve("damaged"), bytes);
    try (BundleFile bundle = BundleFile.open(file)) {
      trust.verify(bundle, digest, NOW).unpackTo(dir.resolve("out"));
    }
  }

  @Test
  void theUndamagedOneIsTaken() throws Exception {
    take(good);
    assertThat(dir.resolve("out/noise")).hasSize(60_000);
  }

  @Test
  void truncatedAtEveryThousandthByte() {
    for (int length = 0; length < good.length; length += 1000) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> take(cut))
          .isInstanceOfSatisfying(
              TrustException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TRUNCATED))
          .hasMessageContaining("cut off");
      assertThat(dir.resolve("out")).doesNotExist();
    }
    byte[] last = Arrays.copyOf(good, good.length - 1);
    assertThatThrownBy(() -> take(last)).isInstanceOf(TrustException.class);
  }

  @Test
  void oneByteAltered() throws Exception {
    int payload = payloadStart();
    for (int i = 0; i < payload; i += 3) {
      byte[] altered = good.clone();
      altered[i] ^= 0x20;
      assertThat(refusal(altered)).as("byte %d", i).isNotNull();
    }
    // How the payload is compressed is not signed, what comes out of it is: a byte may be of no
    // consequence (the size of the window), but never lets anything else come out.
    for (int i = payload; i < good.length; i += i < payload + 64 ? 1 : 997) {
      byte[] altered = good.clone();
      altered[i] ^= 0x20;
      if (refusal(altered) == null) {
        assertThat(dir.resolve("out/noise")).hasContent(noise);
        unpacked().forEach(path -> path.toFile().delete());
      }
      assertThat(dir.resolve("out")).doesNotExist();
    }
  }

  private @Nullable TrustException refusal(byte[] bytes) throws Exception {
    try {
      take(bytes);
      return null;
    } catch (TrustException e) {
      assertThat(dir.resolve("out")).doesNotExist();
      return e;
    }
  }

  private List<Path> unpacked() throws Exception {
    try (var all = Files.walk(dir.resolve("out"))) {
      return all.sorted(Comparator.reverseOrder()).toList();
    }
  }

  private int payloadStart() throws Exception {
    try (BundleFile file = BundleFile.open(Files.write(dir.resolve("whole"), good))) {
      return (int) file.layout().payloadStart;
    }
  }

  @Test
  void addedBytes() {
    assertThatThrownBy(() -> take(Arrays.copyOf(good, good.length + 1)))
        .isInstanceOfSatisfying(
            TrustException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED))
        .hasMessageContaining("1 bytes after the end");
  }

  @Test
  void filesThatAreNoBundles() {
    for (byte[] other :
        new byte[][] {new byte[10_000], "PK\u0003\u0004".repeat(1000).getBytes(), {}}) {
      assertThatThrownBy(() -> take(other))
          .isInstanceOfSatisfying(
              TrustException.class,
              e -> assertThat(e.reason()).isIn(Set.of(Reason.MALFORMED, Reason.TRUNCATED)));
    }
  }

  @Test
  void partsThatClaimToBeHuge() {
    byte[] manifest = good.clone();
    System.arraycopy(
        UstarHeader.file(BundleLayout.MANIFEST, BundleLayout.MODE, 9 << 20), 0, manifest, 0, 512);
    assertThatThrownBy(() -> take(manifest))
        .isInstanceOfSatisfying(
            TrustException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
  }

  @Test
  void aLinkToABundleIsNotOpened() throws Exception {
    Files.write(dir.resolve("real"), good);
    Path link = Files.createSymbolicLink(dir.resolve("link"), dir.resolve("real"));
    assertThatThrownBy(() -> BundleFile.open(link)).isInstanceOf(java.io.IOException.class);
  }
}
