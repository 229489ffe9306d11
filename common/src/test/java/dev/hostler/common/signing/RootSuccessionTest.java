package dev.hostler.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may put another root in the place of one that is held. */
class RootSuccessionTest {
  private static final Instant NOW = TestPki.NOW;

  private final CertificateAuthority old = authority("fleet 1", TestPki.FROM, TestPki.TO);
  private final CertificateAuthority next = authority("fleet 2", TestPki.FROM, TestPki.TO);
  private final List<X509Certificate> held = List.of(old.certificate());

  private static CertificateAuthority authority(String name, Instant from, Instant to) {
    return CertificateAuthority.create(name, KeyAlgorithm.EC_P256, from, to);
  }

  private void isRefused(List<X509Certificate> roots, List<X509Certificate> endorsements) {
    assertThatThrownBy(() -> new RootSuccession(roots, endorsements).takenOver(held, NOW))
        .isInstanceOfSatisfying(
            SigningException.class,
            e -> assertThat(e.reason()).isEqualTo(SigningException.Reason.UNTRUSTED));
  }

  @Test
  void theHeldRootVouchesForTheNextOne() throws Exception {
    List<X509Certificate> both = List.of(next.certificate(), old.certificate());
    assertThat(
            new RootSuccession(both, List.of(old.endorse(next.certificate()))).takenOver(held, NOW))
        .isEqualTo(both);
    assertThat(
            new RootSuccession(
                    List.of(next.certificate()), List.of(old.endorse(next.certificate())))
                .takenOver(held, NOW))
        .containsExactly(next.certificate());
    assertThat(new RootSuccession(held, List.of()).takenOver(held, NOW)).isEqualTo(held);
  }

  @Test
  void nobodyElseCan() throws Exception {
    List<X509Certificate> roots = List.of(next.certificate());
    isRefused(roots, List.of());
    isRefused(roots, List.of(next.certificate()));
    isRefused(roots, List.of(next.endorse(next.certificate())));
    // A root of the old one's name, by a stranger.
    CertificateAuthority stranger = authority("fleet 1", TestPki.FROM, TestPki.TO);
    isRefused(roots, List.of(stranger.endorse(next.certificate())));
    // The old one vouches for another key of the same name, or for the key by another name.
    CertificateAuthority twin = authority("fleet 2", TestPki.FROM, TestPki.TO);
    isRefused(roots, List.of(old.endorse(twin.certificate())));
    // What a server below the held root can make with its own key is no CA's word.
    CertificateProfile server = CertificateProfile.of("fleet 2", TestPki.FROM, TestPki.TO);
    isRefused(roots, List.of(old.issue(next.certificate().getPublicKey(), server)));
    // A root that is not its own issuer is none.
    CertificateAuthority below =
        old.createBelow("fleet 3", KeyAlgorithm.EC_P256, TestPki.FROM, TestPki.TO, 0);
    isRefused(List.of(below.certificate()), List.of(below.certificate()));
  }

  @Test
  void itsWordCountsOnlyWhileAllAreValid() throws Exception {
    CertificateAuthority future =
        authority("fleet 2", NOW.plus(Duration.ofDays(1)), TestPki.TO.plus(Duration.ofDays(9)));
    var succession =
        new RootSuccession(
            List.of(future.certificate()), List.of(old.endorse(future.certificate())));
    assertThatThrownBy(() -> succession.takenOver(held, NOW)).isInstanceOf(SigningException.class);
    assertThat(succession.takenOver(held, NOW.plus(Duration.ofDays(2)))).hasSize(1);
    assertThatThrownBy(() -> succession.takenOver(held, TestPki.TO.plus(Duration.ofDays(1))))
        .isInstanceOf(SigningException.class)
        .hasMessageContaining("no root that is held vouches for it");
  }

  @Test
  void thereIsAtLeastOneAndNotTooMany() {
    isRefused(List.of(), List.of());
    isRefused(Collections.nCopies(9, old.certificate()), List.of());
  }

  @Test
  void issuersAreKnownByKeyAndName() {
    assertThat(RootSuccession.isIssuedBy(old.certificate(), old.certificate())).isTrue();
    assertThat(RootSuccession.isIssuedBy(old.certificate(), next.certificate())).isFalse();
    CertificateAuthority renamed = new CertificateAuthority(old.key(), next.certificate());
    X509Certificate crossed = renamed.endorse(next.certificate());
    assertThat(RootSuccession.isIssuedBy(crossed, old.certificate())).as("another name").isFalse();
  }
}
