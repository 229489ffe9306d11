package dev.hostler.common.signing;

import static dev.hostler.common.signing.TestPki.FROM;
import static dev.hostler.common.signing.TestPki.NOW;
import static dev.hostler.common.signing.TestPki.TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.OcspAnswer.State;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Questions to OCSP responders, and which answers count. */
class OcspTest {
  private static final Duration AGE = Duration.ofDays(1);
  private static final Instant NEXT = NOW.plus(Duration.ofHours(1));

  private static State state(TestPki pki, byte[] answer) throws SigningException {
    return OcspAnswer.read(answer, "answer")
        .check(pki.signer(), pki.root().certificate(), NOW, AGE);
  }

  private static OcspQuestion question(TestPki pki) {
    return new OcspQuestion(pki.signer(), pki.root().certificate());
  }

  private static TestResponder issuer(TestPki pki) {
    return new TestResponder(pki.root().key(), pki.root().certificate());
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void theIssuerAnswers(KeyAlgorithm algorithm) throws Exception {
    TestPki pki = TestPki.of(algorithm);
    OcspQuestion question = question(pki);
    byte[] good = issuer(pki).answer(question.encoded(), false, true, NOW, NEXT);
    assertThat(question.answer(good, "answer").encoded()).isEqualTo(good);
    assertThat(state(pki, good)).isEqualTo(State.GOOD);
    assertThat(state(pki, issuer(pki).answer(question.encoded(), true, true, NOW, NEXT)))
        .isEqualTo(State.REVOKED);
  }

  @Test
  void anAnswerToAnotherQuestionOrToNone() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    byte[] other = issuer(pki).answer(question(pki).encoded(), false, true, NOW, NEXT);
    byte[] none = issuer(pki).answer(question(pki).encoded(), false, false, NOW, NEXT);
    for (byte[] one : List.of(other, none)) {
      assertThatThrownBy(() -> question(pki).answer(one, "answer"))
          .isInstanceOf(SigningException.class)
          .hasMessageContaining("nonce");
    }
  }

  @Test
  void anAnswerOfAnotherTime() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    byte[] question = question(pki).encoded();
    TestResponder issuer = issuer(pki);
    assertThat(state(pki, issuer.answer(question, false, true, FROM, NOW.minusSeconds(1))))
        .isEqualTo(State.NOTHING);
    assertThat(state(pki, issuer.answer(question, false, true, NOW.minus(AGE), null)))
        .isEqualTo(State.GOOD);
    assertThat(
            state(pki, issuer.answer(question, false, true, NOW.minus(AGE).minusSeconds(1), null)))
        .isEqualTo(State.NOTHING);
    assertThat(
            state(pki, issuer.answer(question, false, true, NOW.plus(Duration.ofHours(1)), null)))
        .isEqualTo(State.NOTHING);
    // What was revoked stays so.
    assertThat(state(pki, issuer.answer(question, true, true, FROM, NOW.minusSeconds(1))))
        .isEqualTo(State.REVOKED);
  }

  private static X509Certificate issued(TestPki pki, KeyPair pair, String purpose)
      throws SigningException {
    return pki.root()
        .issue(pair.getPublic(), CertificateProfile.of("responder", FROM, TO).purpose(purpose));
  }

  @Test
  void onlyTheIssuerAndWhomItNamedAnswer() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    TestPki stranger = TestPki.of(KeyAlgorithm.EC_P256);
    byte[] question = question(pki).encoded();
    assertThat(state(pki, issuer(stranger).answer(question, true, true, NOW, NEXT)))
        .isEqualTo(State.NOTHING);
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    for (String purpose : List.of("1.3.6.1.5.5.7.3.9", TestPki.PURPOSE)) {
      // Of the right issuer, but it may be revoked itself: nobody says that this is not asked.
      X509Certificate responder = issued(pki, pair, purpose);
      assertThat(
              state(
                  pki,
                  new TestResponder(pair.getPrivate(), responder, responder)
                      .answer(question, false, true, NOW, NEXT)))
          .isEqualTo(State.NOTHING);
    }
    X509Certificate other =
        pki.root().issue(KeyAlgorithm.EC_P256.generate().getPublic(), TestPki.profile());
    byte[] aboutAnother =
        issuer(pki)
            .answer(
                new OcspQuestion(other, pki.root().certificate()).encoded(),
                false,
                true,
                NOW,
                NEXT);
    assertThat(state(pki, aboutAnother)).isEqualTo(State.NOTHING);
  }

  @Test
  void aPathIsCheckedWithAnswers() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    byte[] question = question(pki).encoded();
    OcspAnswer good =
        OcspAnswer.read(issuer(pki).answer(question, false, true, NOW, NEXT), "answer");
    OcspAnswer bad = OcspAnswer.read(issuer(pki).answer(question, true, true, NOW, NEXT), "answer");
    List<X509Certificate> path = List.of(pki.signer(), pki.root().certificate());
    var rules = new Revocation.Rules(AGE, true);
    // A list that does not count any more, but an answer that does.
    var old = TestLists.of(pki.root(), FROM, NOW.minusSeconds(1));
    new Revocation(Set.of(), List.of(old), List.of(good), rules).check(path, NOW);
    assertThatThrownBy(
            () -> new Revocation(Set.of(), List.of(old), List.of(), rules).check(path, NOW))
        .isInstanceOf(SigningException.class);
    assertThatThrownBy(
            () -> new Revocation(Set.of(), List.of(), List.of(good, bad), rules).check(path, NOW))
        .hasMessageContaining("OCSP responder says so");
  }

  @Test
  void hostileBytesSayNothing() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    byte[] good = issuer(pki).answer(question(pki).encoded(), false, true, NOW, NEXT);
    Random random = new Random(20261121);
    int read = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] changed = good.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        State state = state(pki, changed);
        read++;
        assertThat(state).isNotEqualTo(State.REVOKED);
      } catch (SigningException e) {
        assertThat(e.reason()).isEqualTo(SigningException.Reason.MALFORMED);
      }
    }
    assertThat(read).isPositive();
    assertThatThrownBy(() -> OcspAnswer.read(new byte[OcspAnswer.MAX_BYTES + 1], "answer"))
        .hasMessageContaining("at most");
    byte[] later = new OCSPRespBuilder().build(OCSPResp.TRY_LATER, null).getEncoded();
    assertThatThrownBy(() -> OcspAnswer.read(later, "answer")).hasMessageContaining("no answer");
  }
}
