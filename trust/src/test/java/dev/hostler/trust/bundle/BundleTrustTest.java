package dev.hostler.trust.bundle;

import static dev.hostler.trust.bundle.SampleBundle.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.ForgedCms;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.bundle.TrustException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whose bundles a host takes, and when. */
class BundleTrustTest {
  private static final Instant FROM = NOW.minus(Duration.ofDays(1));
  private static final Instant TO = NOW.plus(Duration.ofDays(100));

  @TempDir Path dir;
  private SampleBundle sample;

  @BeforeEach
  void folder() throws Exception {
    sample = new SampleBundle(dir);
  }

  private static void refused(Path bundle, BundleTrust trust, Instant at, Reason reason)
      throws Exception {
    assertThatThrownBy(
            () -> {
              try (BundleFile file = BundleFile.open(bundle)) {
                trust.verify(file, file.manifestDigest(), at);
              }
            })
        .isInstanceOfSatisfying(
            TrustException.class, e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
  }

  private static TrustedBundle accepted(BundleFile file, BundleTrust trust) throws Exception {
    return trust.verify(file, file.manifestDigest(), NOW);
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void everyKindOfKeyOnTheListSigns(KeyAlgorithm algorithm) throws Exception {
    sample.build();
    BundleSigner.create(dir.resolve("s"), "test", algorithm, NOW);
    BundleSigner read =
        BundleSigner.read(
            dir.resolve("s").resolve(BundleSigner.SIGNER_CERTIFICATE),
            dir.resolve("s").resolve(BundleSigner.SIGNER_KEY));
    read.sign(sample.bundle, sample.signed, NOW);
    try (BundleFile file = BundleFile.open(sample.signed)) {
      assertThat(accepted(file, SampleBundle.trust(dir.resolve("s"))).signer().certificate())
          .isEqualTo(read.chain().getFirst());
    }
  }

  @Test
  void unsigned() throws Exception {
    sample.sign(dir.resolve("s"));
    refused(sample.bundle, SampleBundle.trust(dir.resolve("s")), NOW, Reason.UNSIGNED);
  }

  @Test
  void unknownRootAndNoRootAtAll() throws Exception {
    sample.sign(dir.resolve("s"));
    BundleSigner.create(dir.resolve("other"), "test", KeyAlgorithm.ED25519, NOW);
    refused(sample.signed, SampleBundle.trust(dir.resolve("other")), NOW, Reason.SIGNER_UNTRUSTED);
    refused(sample.signed, new BundleTrust(List.of()), NOW, Reason.SIGNER_UNTRUSTED);
  }

  @Test
  void outsideOfTheSignersValidity() throws Exception {
    sample.sign(dir.resolve("s"));
    BundleTrust trust = SampleBundle.trust(dir.resolve("s"));
    refused(sample.signed, trust, NOW.plus(Duration.ofDays(399)), Reason.SIGNER_NOT_VALID_NOW);
    refused(sample.signed, trust, NOW.minus(Duration.ofHours(2)), Reason.SIGNER_NOT_VALID_NOW);
  }

  @Test
  void pastTheBundlesOwnExpiry() throws Exception {
    Instant expiry = NOW.plus(Duration.ofDays(7));
    sample.toml("expires = " + expiry + "\n" + SampleBundle.TOML).sign(dir.resolve("s"));
    BundleTrust trust = SampleBundle.trust(dir.resolve("s"));
    refused(sample.signed, trust, expiry, Reason.BUNDLE_EXPIRED);
    try (BundleFile file = BundleFile.open(sample.signed)) {
      assertThat(file.manifest().expires()).isEqualTo(expiry);
      trust.verify(file, file.manifestDigest(), expiry.minusSeconds(1));
    }
  }

  @Test
  void anotherBundleThanAskedFor() throws Exception {
    sample.sign(dir.resolve("s"));
    try (BundleFile file = BundleFile.open(sample.signed)) {
      byte[] other = file.manifestDigest();
      other[0] ^= 1;
      assertThatThrownBy(() -> SampleBundle.trust(dir.resolve("s")).verify(file, other, NOW))
          .isInstanceOfSatisfying(
              TrustException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_BUNDLE))
          .hasMessageContaining("sample 1.2.3");
    }
  }

  @Test
  void anotherPlatform() throws Exception {
    sample
        .toml("platforms = [\"linux/arm64\", \"linux/s390x\"]\n" + SampleBundle.TOML)
        .sign(dir.resolve("s"));
    try (BundleFile file = BundleFile.open(sample.signed)) {
      TrustedBundle trusted = accepted(file, SampleBundle.trust(dir.resolve("s")));
      trusted.requirePlatform(new Platform("linux", "arm64"));
      assertThatThrownBy(() -> trusted.requirePlatform(new Platform("linux", "amd64")))
          .isInstanceOfSatisfying(
              TrustException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_PLATFORM))
          .hasMessageContaining("linux/arm64");
    }
  }

  /** A signer with any purposes, below a root that hosts trust. */
  private record Issued(CertificateAuthority root, KeyPair pair, X509Certificate certificate) {
    static Issued with(String... purposes) throws Exception {
      CertificateAuthority root =
          CertificateAuthority.create("root", KeyAlgorithm.EC_P256, FROM, TO);
      KeyPair pair = KeyAlgorithm.EC_P256.generate();
      CertificateProfile profile = CertificateProfile.of("signer", FROM, TO);
      for (String purpose : purposes) {
        profile = profile.purpose(purpose);
      }
      return new Issued(root, pair, root.issue(pair.getPublic(), profile));
    }

    BundleTrust trust() {
      return new BundleTrust(List.of(root.certificate()));
    }

    BundleSigner signer() {
      return new BundleSigner(pair.getPrivate(), List.of(certificate));
    }
  }

  /** Puts a signature into the sample that our own signer would not make. */
  private Path withSignature(byte[] signature) throws Exception {
    try (BundleFile file = BundleFile.open(sample.bundle);
        RegionStream payload =
            new RegionStream(
                file.channel(), file.layout().payloadStart, file.layout().payloadLength)) {
      BundleWriter.write(
          sample.signed, file.layout().manifest, signature, payload, file.layout().payloadLength);
    }
    return sample.signed;
  }

  private byte[] manifest() throws Exception {
    return sample.build().canonicalJson();
  }

  @Test
  void aCertificateForAnotherPurpose() throws Exception {
    Issued agent = Issued.with(KeyPurpose.AGENT.oid(), KeyPurpose.OPERATOR.oid());
    byte[] manifest = manifest();
    Path bundle =
        withSignature(
            DetachedCms.sign(manifest, agent.pair().getPrivate(), agent.signer().chain(), NOW));
    refused(bundle, agent.trust(), NOW, Reason.SIGNER_WRONG_PURPOSE);
    assertThatThrownBy(() -> agent.signer().sign(sample.bundle, sample.signed, NOW))
        .isInstanceOfSatisfying(
            TrustException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.SIGNER_WRONG_PURPOSE));
  }

  @Test
  void aSignerKnowsItsOwnCertificatesValidity() throws Exception {
    sample.build();
    Issued signer = Issued.with(KeyPurpose.BUNDLE_SIGNER.oid());
    assertThatThrownBy(() -> signer.signer().sign(sample.bundle, sample.signed, TO.plusSeconds(1)))
        .isInstanceOfSatisfying(
            TrustException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.SIGNER_NOT_VALID_NOW));
    assertThat(sample.signed).doesNotExist();
  }

  @Test
  void aSignatureOverAnotherManifest() throws Exception {
    Issued signer = Issued.with(KeyPurpose.BUNDLE_SIGNER.oid());
    sample.build();
    Path bundle =
        withSignature(
            DetachedCms.sign(
                "{}".getBytes(StandardCharsets.UTF_8),
                signer.pair().getPrivate(),
                signer.signer().chain(),
                NOW));
    refused(bundle, signer.trust(), NOW, Reason.SIGNATURE_INVALID);
  }

  @Test
  void forgedForms() throws Exception {
    Issued signer = Issued.with(KeyPurpose.BUNDLE_SIGNER.oid());
    Issued second = Issued.with(KeyPurpose.BUNDLE_SIGNER.oid());
    byte[] manifest = manifest();
    byte[] twoSigners =
        forged(signer)
            .signer(second.pair().getPrivate(), "SHA256withECDSA", second.certificate())
            .embed(second.certificate())
            .over(manifest);
    refused(withSignature(twoSigners), signer.trust(), NOW, Reason.SIGNATURE_MALFORMED);
    byte[] direct = forged(signer).withoutSignedAttributes().over(manifest);
    refused(withSignature(direct), signer.trust(), NOW, Reason.SIGNATURE_MALFORMED);
    byte[] sha1 =
        new ForgedCms()
            .signer(signer.pair().getPrivate(), "SHA1withECDSA", signer.certificate())
            .embed(signer.certificate())
            .over(manifest);
    refused(withSignature(sha1), signer.trust(), NOW, Reason.WEAK_ALGORITHM);
    byte[] good = forged(signer).over(manifest);
    refused(
        withSignature(Arrays.copyOf(good, good.length + 1)),
        signer.trust(),
        NOW,
        Reason.SIGNATURE_MALFORMED);
    refused(withSignature(new byte[0]), signer.trust(), NOW, Reason.SIGNATURE_MALFORMED);
    try (BundleFile file = BundleFile.open(withSignature(good))) {
      accepted(file, signer.trust());
    }
  }

  private static ForgedCms forged(Issued signer) {
    return new ForgedCms()
        .signer(signer.pair().getPrivate(), "SHA256withECDSA", signer.certificate())
        .embed(signer.certificate());
  }

  @Test
  void createsFilesThatOnlyTheirOwnerReads() throws Exception {
    Path signers = dir.resolve("s");
    BundleSigner.create(signers, "test", KeyAlgorithm.ED25519, NOW);
    assertThat(mode(signers)).isEqualTo("rwx------");
    assertThat(mode(signers.resolve(BundleSigner.ROOT_KEY))).isEqualTo("rw-------");
    assertThat(mode(signers.resolve(BundleSigner.SIGNER_KEY))).isEqualTo("rw-------");
    assertThatThrownBy(() -> BundleSigner.create(signers, "again", KeyAlgorithm.ED25519, NOW))
        .isInstanceOf(java.nio.file.FileAlreadyExistsException.class);
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
