package dev.hostler.trust.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditCheckpointTest {
  private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
  private static final AuditCheckpoint CHECKPOINT =
      new AuditCheckpoint(7, "ab".repeat(32), NOW.plusMillis(5));

  private final CertificateAuthority root =
      CertificateAuthority.create(
          "root", KeyAlgorithm.EC_P256, NOW.minusSeconds(60), NOW.plus(Duration.ofDays(9)));

  private SigningKeys keys(KeyPurpose purpose) {
    return SigningKeys.below(root, "ann", purpose, KeyAlgorithm.EC_P256, NOW, Duration.ofHours(12));
  }

  private AuditCheckpoint verify(byte[] statement, byte[] signature) throws CheckpointException {
    return AuditCheckpoint.verify(statement, signature, List.of(root.certificate()));
  }

  @Test
  void whatAnOperatorSignedIsReadBackLongAfterTheCertificateEnded() throws Exception {
    byte[] signature = CHECKPOINT.sign(keys(KeyPurpose.OPERATOR));
    assertThat(verify(CHECKPOINT.canonicalJson(), signature)).isEqualTo(CHECKPOINT);
    assertThat(new String(CHECKPOINT.canonicalJson(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"at\":\"2026-11-21T08:00:00Z\",\"format\":\"hostler.audit-checkpoint/1\",\"hash\":\""
                + "ab".repeat(32)
                + "\",\"sequence\":7}");
  }

  @Test
  void othersSignaturesAndOtherContentAreRefused() throws Exception {
    byte[] signature = CHECKPOINT.sign(keys(KeyPurpose.OPERATOR));
    byte[] other = new AuditCheckpoint(6, "ab".repeat(32), NOW).canonicalJson();
    assertThatThrownBy(() -> verify(other, signature))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("does not verify");
    byte[] bundleSigner = CHECKPOINT.sign(keys(KeyPurpose.BUNDLE_SIGNER));
    assertThatThrownBy(() -> verify(CHECKPOINT.canonicalJson(), bundleSigner))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("does not verify");
    CertificateAuthority stranger =
        CertificateAuthority.create(
            "root", KeyAlgorithm.EC_P256, NOW.minusSeconds(60), NOW.plus(Duration.ofDays(9)));
    assertThatThrownBy(() ->
            AuditCheckpoint.verify(
                CHECKPOINT.canonicalJson(), signature, List.of(stranger.certificate())))
        .isInstanceOf(CheckpointException.class);
  }

  @Test
  void oneMadeOutsideOfTheCertificatesLifeIsRefused() throws Exception {
    AuditCheckpoint late = new AuditCheckpoint(7, "ab".repeat(32), NOW.plus(Duration.ofDays(1)));
    byte[] signature = late.sign(keys(KeyPurpose.OPERATOR));
    assertThatThrownBy(() -> verify(late.canonicalJson(), signature))
        .isInstanceOf(CheckpointException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"at\":\"2026-11-21T08:00:00Z\",\"format\":\"hostler.audit-checkpoint/2\",\"hash\":\"x\",\"sequence\":7}",
        "{\"at\":\"yesterday\",\"format\":\"hostler.audit-checkpoint/1\",\"hash\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"sequence\":7}",
        " {\"at\":\"2026-11-21T08:00:00Z\",\"format\":\"hostler.audit-checkpoint/1\",\"hash\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"sequence\":7}"
      })
  void whatIsNotACheckpointIsSaidSo(String text) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> verify(bytes, new byte[] {1}))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("it is not a checkpoint");
  }
}
