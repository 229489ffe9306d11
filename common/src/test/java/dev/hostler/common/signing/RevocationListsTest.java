package dev.hostler.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationListsTest {
  @Test
  void bothFormsAreReadAndWritten() throws Exception {
    CertificateAuthority ca =
        CertificateAuthority.create("ca", KeyAlgorithm.EC_P256, TestPki.FROM, TestPki.TO);
    X509CRL list =
        TestLists.of(ca, TestPki.FROM, TestPki.FROM.plus(Duration.ofDays(7)), ca.certificate());
    byte[] der = RevocationLists.encoded(list);
    assertThat(RevocationLists.read(der, "crl")).isEqualTo(list);
    String pem =
        "-----BEGIN X509 CRL-----\n"
            + Base64.getMimeEncoder().encodeToString(der)
            + "\n-----END X509 CRL-----\n";
    assertThat(RevocationLists.read(pem.getBytes(StandardCharsets.US_ASCII), "crl"))
        .isEqualTo(list);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"})
  void whatIsNoListIsNamed(String text) {
    assertThatThrownBy(
            () -> RevocationLists.read(text.getBytes(StandardCharsets.US_ASCII), "crl 3"))
        .isInstanceOfSatisfying(
            SigningException.class,
            e -> assertThat(e.reason()).isEqualTo(SigningException.Reason.MALFORMED))
        .hasMessageContaining("crl 3 is not a revocation list");
  }

  @Test
  void aListThatIsTooLongIsNotLookedAt() {
    assertThatThrownBy(() -> RevocationLists.read(new byte[RevocationLists.MAX_BYTES + 1], "crl"))
        .isInstanceOf(SigningException.class)
        .hasMessageContaining("4194305 bytes: at most 4194304");
  }
}
