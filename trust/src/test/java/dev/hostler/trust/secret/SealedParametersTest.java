package dev.hostler.trust.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.secret.SecretException.Reason;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SealedParametersTest {
  private static final String SCHEMA =
      """
      {"type":"object","additionalProperties":false,"properties":{
        "user":{"type":"string"},
        "password":{"type":"string","writeOnly":true},
        "pins":{"type":"array","writeOnly":true}}}
      """;
  private static final String PARAMS =
      "{\"password\":\"hunter2-\u00e9\",\"pins\":[4711,{\"a\":null}],\"user\":\"root\"}";
  private static final String NONCE = "AAAAAAAAAAAAAAAAAAAAAA";
  private static final byte[] NO_KEY = {};

  private final KeyPair one = KeyAlgorithm.EC_P256.generate();
  private final KeyPair two = KeyAlgorithm.EC_P256.generate();

  private SealedParameters sealed() throws Exception {
    return SealedParameters.seal(
        PARAMS, SCHEMA, NONCE, Map.of("h1", one.getPublic(), "h2", two.getPublic()));
  }

  private static byte[] key(SealedParameters sealed, String host) {
    return java.util.Objects.requireNonNull(sealed.keys().get(host));
  }

  private static void refused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SecretException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .message()
        .doesNotContain("hunter2", "4711");
  }

  @Test
  void everyTargetOpensWhatWasSealedAndTheRestIsReadable() throws Exception {
    SealedParameters sealed = sealed();
    assertThat(sealed.params())
        .contains("\"user\":\"root\"", "$sealed")
        .doesNotContain("hunter2", "4711");
    assertThat(sealed.keys()).containsOnlyKeys("h1", "h2");
    assertThat(SealedParameters.open(sealed.params(), key(sealed, "h1"), NONCE, "h1", one))
        .isEqualTo(PARAMS);
    assertThat(SealedParameters.open(sealed.params(), key(sealed, "h2"), NONCE, "h2", two))
        .isEqualTo(PARAMS);
    assertThat(sealed().params()).as("sealed anew").isNotEqualTo(sealed.params());
  }

  @Test
  void nothingSecretNeedsNoKey() throws Exception {
    SealedParameters plain =
        SealedParameters.seal("{\"user\":\"root\"}", SCHEMA, NONCE, Map.of("h1", one.getPublic()));
    assertThat(plain.keys()).isEmpty();
    assertThat(SealedParameters.open(plain.params(), NO_KEY, NONCE, "h1", one))
        .isEqualTo("{\"user\":\"root\"}");
  }

  @Test
  void anotherKeyHostOrJobOpensNothing() throws Exception {
    SealedParameters sealed = sealed();
    byte[] key = key(sealed, "h1");
    String params = sealed.params();
    refused(Reason.CANNOT_OPEN, () -> SealedParameters.open(params, key, NONCE, "h1", two));
    refused(Reason.CANNOT_OPEN, () -> SealedParameters.open(params, key, NONCE, "h2", one));
    refused(
        Reason.CANNOT_OPEN,
        () -> SealedParameters.open(params, key, "BAAAAAAAAAAAAAAAAAAAAA", "h1", one));
    refused(
        Reason.CANNOT_OPEN,
        () -> SealedParameters.open(params, key(sealed(), "h1"), NONCE, "h1", one));
    refused(Reason.NO_KEY, () -> SealedParameters.open(params, NO_KEY, NONCE, "h1", one));
    refused(Reason.MALFORMED, () -> SealedParameters.open(params, new byte[5], NONCE, "h1", one));
    for (int i = 0; i < key.length; i++) {
      byte[] altered = key.clone();
      altered[i] ^= 1;
      refused(Reason.CANNOT_OPEN, () -> SealedParameters.open(params, altered, NONCE, "h1", one));
    }
  }

  @Test
  void aValueUnderAnotherNameIsNotOpened() throws Exception {
    SealedParameters sealed = sealed();
    String moved =
        sealed.params().replace("\"password\":", "\"swap\":").replace("\"pins\":", "\"password\":");
    refused(
        Reason.CANNOT_OPEN,
        () -> SealedParameters.open(moved, key(sealed, "h1"), NONCE, "h1", one));
    for (String broken : new String[] {"AAAA", "*", ""}) {
      refused(
          Reason.MALFORMED,
          () ->
              SealedParameters.open(
                  "{\"password\":{\"$sealed\":\"" + broken + "\"}}",
                  key(sealed, "h1"),
                  NONCE,
                  "h1",
                  one));
    }
  }

  @Test
  void sealsToP256KeysOnly() {
    PublicKey ed25519 = KeyAlgorithm.ED25519.generate().getPublic();
    refused(
        Reason.UNUSABLE_KEY,
        () -> SealedParameters.seal(PARAMS, SCHEMA, NONCE, Map.of("h1", ed25519)));
  }
}
