package dev.hostler.trust.index;

import static dev.hostler.trust.index.TrustIndexTest.NOW;
import static dev.hostler.trust.index.TrustIndexTest.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.index.IndexException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whose index a host takes. */
class IndexTrustTest {
  @TempDir Path dir;

  private static void refused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            IndexException.class, e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
  }

  private static IndexTrust pinned(X509Certificate... roots) {
    return new IndexTrust(List.of(roots), RevocationPolicy.none());
  }

  private IndexTrust made(String folder, KeyPurpose purpose, KeyAlgorithm algorithm)
      throws Exception {
    SigningKeys.create(dir.resolve(folder), "test", "index", purpose, algorithm, NOW);
    return pinned(
        Pem.certificates(dir.resolve(folder).resolve(SigningKeys.ROOT_CERTIFICATE)).getFirst());
  }

  private SigningKeys keys(String folder) throws Exception {
    return SigningKeys.read(dir.resolve(folder));
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void everyKindOfKeyOnTheListSigns(KeyAlgorithm algorithm) throws Exception {
    IndexTrust trust = made("k", KeyPurpose.INDEX_SIGNER, algorithm);
    SignedIndex signed = SignedIndex.sign(sample(3), keys("k"), NOW);
    assertThat(trust.verify(signed, NOW)).isEqualTo(sample(3));
  }

  @Test
  void openSslVerifiesIt() throws Exception {
    made("k", KeyPurpose.INDEX_SIGNER, KeyAlgorithm.EC_P256);
    SignedIndex signed = SignedIndex.sign(sample(3), keys("k"), NOW);
    Files.write(dir.resolve("index.json"), signed.statement());
    Files.write(dir.resolve("index.cms"), signed.signature());
    assertThat(openssl()).isZero();
    byte[] changed = signed.statement().clone();
    changed[changed.length - 3] ^= 1;
    Files.write(dir.resolve("index.json"), changed);
    assertThat(openssl()).isNotZero();
  }

  private int openssl() throws Exception {
    Process process =
        new ProcessBuilder(
                "openssl",
                "cms",
                "-verify",
                "-inform",
                "DER",
                "-in",
                "index.cms",
                "-content",
                "index.json",
                "-CAfile",
                "k/root.crt",
                "-purpose",
                "any",
                "-attime",
                Long.toString(NOW.getEpochSecond()),
                "-out",
                "/dev/null",
                "-binary")
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("openssl.log").toFile())
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void anotherRoot() throws Exception {
    made("k", KeyPurpose.INDEX_SIGNER, KeyAlgorithm.ED25519);
    IndexTrust other = made("other", KeyPurpose.INDEX_SIGNER, KeyAlgorithm.ED25519);
    SignedIndex signed = SignedIndex.sign(sample(3), keys("k"), NOW);
    refused(Reason.SIGNER_UNTRUSTED, () -> other.verify(signed, NOW));
    refused(Reason.SIGNER_UNTRUSTED, () -> pinned().verify(signed, NOW));
  }

  @ParameterizedTest
  @EnumSource(value = KeyPurpose.class, mode = EnumSource.Mode.EXCLUDE, names = "INDEX_SIGNER")
  void aKeyForSomethingElse(KeyPurpose purpose) throws Exception {
    IndexTrust trust = made("k", purpose, KeyAlgorithm.ED25519);
    SigningKeys keys = keys("k");
    refused(Reason.SIGNER_WRONG_PURPOSE, () -> SignedIndex.sign(sample(3), keys, NOW));
    byte[] statement = sample(3).canonicalJson();
    SignedIndex forged =
        new SignedIndex(statement, DetachedCms.sign(statement, keys.key(), keys.chain(), NOW));
    refused(Reason.SIGNER_WRONG_PURPOSE, () -> trust.verify(forged, NOW));
  }

  @Test
  void anotherStatement() throws Exception {
    IndexTrust trust = made("k", KeyPurpose.INDEX_SIGNER, KeyAlgorithm.ED25519);
    SignedIndex signed = SignedIndex.sign(sample(3), keys("k"), NOW);
    refused(
        Reason.SIGNATURE_INVALID,
        () -> trust.verify(new SignedIndex(sample(4).canonicalJson(), signed.signature()), NOW));
    refused(
        Reason.SIGNATURE_MALFORMED,
        () -> trust.verify(new SignedIndex(signed.statement(), new byte[0]), NOW));
  }

  @Test
  void whatIsSignedMustStillBeAnIndex() throws Exception {
    IndexTrust trust = made("k", KeyPurpose.INDEX_SIGNER, KeyAlgorithm.ED25519);
    byte[] job = "{\"format\":\"hostler.job/1\"}".getBytes(StandardCharsets.UTF_8);
    SigningKeys keys = keys("k");
    SignedIndex forged = new SignedIndex(job, DetachedCms.sign(job, keys.key(), keys.chain(), NOW));
    refused(Reason.MALFORMED, () -> trust.verify(forged, NOW));
  }

  @Test
  void aDelegatedKeyEndsSoon() throws Exception {
    CertificateAuthority root =
        CertificateAuthority.create(
            "index root",
            KeyAlgorithm.EC_P256,
            NOW.minus(Duration.ofDays(1)),
            NOW.plus(Duration.ofDays(100)));
    SigningKeys keys =
        SigningKeys.below(
            root,
            "controller",
            KeyPurpose.INDEX_SIGNER,
            KeyAlgorithm.EC_P256,
            NOW,
            Duration.ofDays(7));
    SignedIndex signed = SignedIndex.sign(sample(3), keys, NOW);
    IndexTrust trust = pinned(root.certificate());
    assertThat(trust.verify(signed, NOW).number()).isEqualTo(3);
    refused(Reason.SIGNER_NOT_VALID_NOW, () -> trust.verify(signed, NOW.plus(Duration.ofDays(8))));
    refused(
        Reason.SIGNER_NOT_VALID_NOW,
        () -> SignedIndex.sign(sample(4), keys, NOW.plus(Duration.ofDays(8))));
  }

  @Test
  void aStatementThatHostsWouldRefuseIsNotSigned() throws Exception {
    made("k", KeyPurpose.INDEX_SIGNER, KeyAlgorithm.ED25519);
    TrustIndex zero = new TrustIndex(0, NOW, NOW.plusSeconds(1), List.of(), Revoked.NOTHING);
    SigningKeys keys = keys("k");
    refused(Reason.MALFORMED, () -> SignedIndex.sign(zero, keys, NOW));
  }
}
