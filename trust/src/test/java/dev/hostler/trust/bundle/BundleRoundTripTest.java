package dev.hostler.trust.bundle;

import static dev.hostler.trust.bundle.SampleBundle.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.trust.bundle.Manifest.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a folder to an unpacked payload, with nothing wrong on the way. */
class BundleRoundTripTest {
  @TempDir Path dir;

  @Test
  void buildsSignsVerifiesAndUnpacks() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    BundleSigner signer = sample.sign(dir.resolve("signers"));

    try (BundleFile file = BundleFile.open(sample.signed)) {
      assertThat(file.signer().certificate()).isEqualTo(signer.chain().getFirst());
      assertThat(file.signer().claimedTime()).isEqualTo(NOW);
      file.checkPayload();
      TrustedBundle trusted =
          SampleBundle.trust(dir.resolve("signers")).verify(file, file.manifestDigest(), NOW);
      trusted.requirePlatform(Platform.current());
      trusted.unpackTo(dir.resolve("out"));
    }

    Path out = dir.resolve("out");
    assertThat(out.resolve("bin/greet")).hasContent("#!/bin/sh\necho hello\n");
    assertThat(out.resolve("data/words.txt")).hasContent("words\n".repeat(1000));
    assertThat(out.resolve("empty")).isEmptyFile();
    assertThat(mode(out)).isEqualTo("rwxr-xr-x");
    assertThat(mode(out.resolve("bin"))).isEqualTo("rwxr-xr-x");
    assertThat(mode(out.resolve("bin/greet"))).isEqualTo("rwxr-xr-x");
    assertThat(mode(out.resolve("empty"))).isEqualTo("rw-r--r--");
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void spellsOutEveryDefault() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    sample.build();
    try (BundleFile file = BundleFile.open(sample.bundle)) {
      Manifest manifest = file.manifest();
      assertThat(manifest.name()).isEqualTo("sample");
      assertThat(manifest.version()).isEqualTo(Version.parse("1.2.3"));
      assertThat(manifest.description()).isEqualTo("A sample");
      assertThat(manifest.expires()).isNull();
      assertThat(manifest.platforms()).containsExactly(new Platform("linux", "any"));
      assertThat(manifest.payload())
          .extracting(Manifest.PayloadFile::path)
          .containsExactly("bin/greet", "data/words.txt", "empty");
      assertThat(manifest.payloadBytes()).isEqualTo(21 + 6000);
      Manifest.Action action = manifest.action("greet");
      assertThat(action).isNotNull();
      assertThat(manifest.action("other")).isNull();
      assertThat(action.argv()).containsExactly("bin/greet", "--now");
      assertThat(action.runAs()).isEqualTo("default");
      assertThat(action.env()).isEmpty();
      assertThat(action.snapshot()).isEmpty();
      assertThat(action.sandbox().network()).isEqualTo(Network.NONE);
      assertThat(action.sandbox().seccomp()).isEqualTo("default");
      assertThat(action.limits())
          .hasToString(
              "memory=256MiB cpu=1 pids=64 open_files=1024 timeout=5m grace=5s output=64MiB"
                  + " tmp=64MiB");
      assertThat(action.paramsSchema())
          .isEqualTo(
              "{\"additionalProperties\":false,\"properties\":{\"name\":{\"type\":\"string\"},"
                  + "\"times\":{\"default\":2,\"minimum\":1,\"type\":\"integer\"}},"
                  + "\"required\":[\"name\"],\"type\":\"object\"}");
    }
  }

  @Test
  void anUnsignedBundleIsKnownAsSuch() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    sample.build();
    try (BundleFile file = BundleFile.open(sample.bundle)) {
      assertThat(file.isSigned()).isFalse();
      assertThatThrownBy(file::signer)
          .isInstanceOfSatisfying(
              TrustException.class,
              e -> assertThat(e.reason()).isEqualTo(TrustException.Reason.UNSIGNED));
    }
  }

  @Test
  void signingAgainReplacesTheSignatureOnly() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    sample.sign(dir.resolve("one"));
    BundleSigner second =
        BundleSigner.create(
            dir.resolve("two"), "two", dev.hostler.common.signing.KeyAlgorithm.EC_P256, NOW);
    second.sign(sample.signed, sample.signed, NOW);
    try (BundleFile file = BundleFile.open(sample.signed);
        BundleFile unsigned = BundleFile.open(sample.bundle)) {
      assertThat(file.signer().certificate()).isEqualTo(second.chain().getFirst());
      assertThat(file.manifestDigest()).isEqualTo(unsigned.manifestDigest());
      SampleBundle.trust(dir.resolve("two")).verify(file, unsigned.manifestDigest(), NOW);
    }
  }

  @Test
  void leavesNothingBesideTheFileItMakes() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    sample.sign(dir.resolve("signers"));
    try (var files = Files.list(dir)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "sample", "sample.hostler", "sample-signed.hostler", "signers");
    }
  }
}
