package dev.hostler.trust.bundle;

import static dev.hostler.trust.bundle.SampleBundle.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.bundle.TrustException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Archives that an attacker who holds a trusted signature might send: what the manifest does not
 * say in exactly that form is not written, and what was written before is gone again.
 */
class BundleAttackTest {
  @TempDir Path dir;
  private BundleSigner signer;

  @BeforeEach
  void makeSigner() throws Exception {
    signer = BundleSigner.create(dir.resolve("signers"), "test", KeyAlgorithm.ED25519, NOW);
  }

  private CraftedBundle crafted() throws Exception {
    return new CraftedBundle(signer).pack(SampleManifest.PROGRAM, SampleManifest.SCRIPT, 0755);
  }

  private void unpack(Path bundle) throws Exception {
    try (BundleFile file = BundleFile.open(bundle)) {
      SampleBundle.trust(dir.resolve("signers"))
          .verify(file, file.manifestDigest(), NOW)
          .unpackTo(dir.resolve("out"));
    }
  }

  private void refused(CraftedBundle crafted, Reason reason, String... words) throws Exception {
    Path bundle = crafted.write(dir.resolve("crafted.hostler"));
    assertThatThrownBy(() -> unpack(bundle))
        .isInstanceOfSatisfying(
            TrustException.class,
            e -> {
              assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
              for (String word : words) {
                assertThat(e).hasMessageContaining(word);
              }
            });
    assertThat(dir.resolve("out")).doesNotExist();
    // A controller that only checks sees the same.
    assertThatThrownBy(
            () -> {
              try (BundleFile file = BundleFile.open(bundle)) {
                file.checkPayload();
              }
            })
        .isInstanceOf(TrustException.class);
  }

  @Test
  void theCraftedBundleIsGoodBeforeItIsSpoilt() throws Exception {
    unpack(crafted().file("bbb/two", "2").file("ccc", "3").write(dir.resolve("crafted.hostler")));
    assertThat(dir.resolve("out/bbb/two")).hasContent("2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../outside",
        "bbb/../../outside",
        "/etc/hostler-test",
        "bbb/./x",
        "bbb//x",
        "bbb/",
        "..",
        "b\\b",
        "b\nb",
        "b\u0000b"
      })
  void aListedPathThatIsNotSafe(String path) throws Exception {
    // Packed under a harmless name: the manifest alone must be enough to refuse it.
    refused(
        crafted().list(path, "x", false).pack("bbb", "x", 0644), Reason.MANIFEST_INVALID, "safe");
    assertThat(dir.resolve("outside")).doesNotExist();
    assertThat(Path.of("/etc/hostler-test")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../outside", "/etc/hostler-test", "bbb/../../outside"})
  void aPackedPathThatIsNotListed(String path) throws Exception {
    refused(
        crafted().list("bbb", "x", false).pack(path, "x", 0644),
        Reason.PAYLOAD_REFUSED,
        "'" + path + "'");
    assertThat(dir.resolve("outside")).doesNotExist();
    assertThat(Path.of("/etc/hostler-test")).doesNotExist();
  }

  @Test
  void linksDevicesFifosAndFolders() throws Exception {
    record Case(char type, String word) {}
    for (Case one :
        new Case[] {
          new Case('1', "hard link"),
          new Case('2', "symbolic link"),
          new Case('3', "character device"),
          new Case('4', "block device"),
          new Case('5', "directory"),
          new Case('6', "fifo"),
          new Case('7', "type '7'"),
          new Case('L', "type 'L'"),
          new Case('x', "type 'x'"),
          new Case('S', "type 'S'")
        }) {
      refused(
          crafted().list("bbb", "", false).pack("bbb", one.type(), "/etc/passwd", "", 0644),
          Reason.PAYLOAD_REFUSED,
          one.word());
    }
  }

  @Test
  void aFileThroughASymbolicLink() throws Exception {
    Files.createDirectory(dir.resolve("target"));
    refused(
        crafted()
            .list("bbb/file", "x", false)
            .pack("bbb", '2', dir.resolve("target").toString(), "", 0777)
            .pack("bbb/file", "x", 0644),
        Reason.PAYLOAD_REFUSED,
        "symbolic link");
    assertThat(dir.resolve("target")).isEmptyDirectory();
  }

  @Test
  void duplicatesCollisionsAndOrder() throws Exception {
    refused(crafted().file("bbb", "x").file("bbb", "x"), Reason.MANIFEST_INVALID, "twice");
    refused(
        crafted().file("bbb", "x").pack("bbb", "y", 0755),
        Reason.PAYLOAD_REFUSED,
        "after the last");
    refused(crafted().file("BBB", "x"), Reason.MANIFEST_INVALID, "out of order");
    refused(
        crafted().file("bBb", "x").file("bbb", "x"), Reason.MANIFEST_INVALID, "collides", "'bBb'");
    refused(crafted().file("b/x", "x").file("b/x/y", "x"), Reason.MANIFEST_INVALID, "collides");
    refused(crafted().file("bX/one", "x").file("bx/two", "x"), Reason.MANIFEST_INVALID, "collides");
    // One letter in two encodings: with a combining accent, and composed.
    refused(
        crafted().file("be\u0301", "x").file("b\u00e9", "x"), Reason.MANIFEST_INVALID, "collides");
    refused(
        crafted().list("bbb", "x", true).list("ccc", "x", true).pack("ccc", "x", 0755),
        Reason.PAYLOAD_REFUSED,
        "'bbb'");
  }

  @Test
  void unlistedAndMissingFiles() throws Exception {
    refused(crafted().pack("zzz", "x", 0644), Reason.PAYLOAD_REFUSED, "'zzz'");
    refused(crafted().list("zzz", "x", false), Reason.PAYLOAD_REFUSED, "it ends", "'zzz'");
  }

  @ParameterizedTest
  @ValueSource(ints = {04755, 02755, 01644, 0777, 0600, 0755})
  void otherModesThanListed(int mode) throws Exception {
    refused(
        crafted().list("bbb", "x", false).pack("bbb", "x", mode),
        Reason.PAYLOAD_REFUSED,
        Integer.toOctalString(mode));
  }

  @Test
  void aModeWithSetuidInTheManifest() throws Exception {
    refused(
        crafted()
            .file("bbb", "x")
            .manifest(
                json -> replace(json, "\"0755\",\"path\":\"bbb\"", "\"4755\",\"path\":\"bbb\"")),
        Reason.MANIFEST_INVALID,
        "setuid");
  }

  private static byte[] replace(byte[] json, String old, String with) {
    String text = new String(json, java.nio.charset.StandardCharsets.UTF_8);
    assertThat(text).contains(old);
    return text.replace(old, with).getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void otherSizesAndOtherBytes() throws Exception {
    refused(
        crafted().list("bbb", "four", false).pack("bbb", "fives", 0644),
        Reason.PAYLOAD_REFUSED,
        "size 5");
    refused(
        crafted().list("bbb", "good", false).pack("bbb", "evil", 0644),
        Reason.DIGEST_MISMATCH,
        "'bbb'");
  }

  @Test
  void aDecompressionBomb() throws Exception {
    // Zeros behind an honest payload, some thousandth of their size when they are compressed.
    refused(
        crafted().payloadTar(tar -> Arrays.copyOf(tar, 64 << 20)),
        Reason.PAYLOAD_REFUSED,
        "after the end");
    refused(
        crafted().list("bbb", "x", false).pack("bbb", "x".repeat(32 << 20), 0644),
        Reason.PAYLOAD_REFUSED,
        "size " + (32 << 20));
  }

  @Test
  void aDeclarationLargerThanAnyBundle() throws Exception {
    refused(
        crafted().listAs("bbb", 5L << 30, new byte[32], false),
        Reason.MANIFEST_INVALID,
        "unpacks to more than");
  }

  @Test
  void dataWhereNoneBelongs() throws Exception {
    refused(
        crafted()
            .payloadTar(tar -> {
              byte[] changed = tar.clone();
              changed[UstarHeader.BLOCK + SampleManifest.SCRIPT.length()] = 1;
              return changed;
            }),
        Reason.PAYLOAD_REFUSED,
        "behind the file");
    refused(
        crafted().payloadTar(tar -> Arrays.copyOf(tar, tar.length + 1)),
        Reason.PAYLOAD_REFUSED,
        "after the end");
    refused(
        crafted().payloadTar(tar -> Arrays.copyOf(tar, tar.length - 1)), Reason.TRUNCATED, "early");
    refused(
        crafted().payloadTar(tar -> Arrays.copyOf(tar, UstarHeader.BLOCK + 3)),
        Reason.TRUNCATED,
        "early");
    refused(
        crafted().payloadTar(tar -> Arrays.copyOf(tar, 2 * UstarHeader.BLOCK - 9)),
        Reason.TRUNCATED,
        "early");
    refused(crafted().payloadTar(_ -> new byte[0]), Reason.TRUNCATED, "early");
  }

  @Test
  void aCompressedStreamThatIsNotOneFrame() throws Exception {
    refused(
        crafted().compressed(zstd -> concat(zstd, Zstd.compress(new byte[0]))),
        Reason.MALFORMED,
        "after its frame");
    refused(
        crafted()
            .compressed(zstd -> concat(zstd, new byte[] {0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 'x'})),
        Reason.MALFORMED,
        "after its frame");
    refused(
        crafted().compressed(zstd -> concat(new byte[] {0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0}, zstd)),
        Reason.MALFORMED,
        "does not begin");
    refused(
        crafted().compressed(zstd -> Arrays.copyOf(zstd, zstd.length - 3)),
        Reason.MALFORMED,
        "cut off");
    refused(crafted().compressed(zstd -> Arrays.copyOf(zstd, 5)), Reason.MALFORMED, "cut off");
    refused(crafted().compressed(_ -> new byte[0]), Reason.MALFORMED, "cut off");
  }

  @Test
  void aFrameThatAsksForTooMuchOrForADictionary() throws Exception {
    refused(
        crafted().compressed(zstd -> header(0x00, (byte) (14 << 3))), Reason.TOO_LARGE, "window");
    refused(
        crafted().compressed(zstd -> header(0xE0, 0, 0, 0, 0, 1, 0, 0, 0)),
        Reason.TOO_LARGE,
        "window");
    refused(crafted().compressed(zstd -> header(0x01, 0, 7)), Reason.MALFORMED, "dictionary");
    refused(crafted().compressed(zstd -> header(0x08, 0)), Reason.MALFORMED, "reserved");
    refused(
        crafted().compressed(zstd -> header(0x00, 0, 0x07, 0, 0)), Reason.MALFORMED, "reserved");
  }

  private static byte[] header(int... bytes) {
    byte[] frame = new byte[4 + bytes.length];
    byte[] magic = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};
    System.arraycopy(magic, 0, frame, 0, 4);
    for (int i = 0; i < bytes.length; i++) {
      frame[4 + i] = (byte) bytes[i];
    }
    return frame;
  }

  private static byte[] concat(byte[] one, byte[] two) {
    byte[] both = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);
    return both;
  }

  @Test
  void neverWritesIntoAnExistingFolder() throws Exception {
    Path bundle = crafted().write(dir.resolve("crafted.hostler"));
    Files.createDirectory(dir.resolve("out"));
    assertThatThrownBy(() -> unpack(bundle))
        .isInstanceOf(java.nio.file.FileAlreadyExistsException.class);
    assertThat(dir.resolve("out")).isEmptyDirectory();
  }
}
