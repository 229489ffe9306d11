package dev.hostler.trust.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.secret.SecretException.Reason;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SealingKeyTest {
  private static final Instant NOW = Instant.parse("2026-11-21T07:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  private final CertificateAuthority fleet = authority("Fleet");
  private final KeyPair pair = KeyAlgorithm.EC_P256.generate();
  private final SealingKey key = new SealingKey("h1", pair.getPublic());

  private static CertificateAuthority authority(String name) {
    return CertificateAuthority.create(
        name, KeyAlgorithm.EC_P256, NOW.minus(DAY), NOW.plus(Duration.ofDays(100)));
  }

  private SigningKeys agent(CertificateAuthority by, KeyPurpose purpose, String... uris)
      throws Exception {
    KeyPair agent = KeyAlgorithm.EC_P256.generate();
    CertificateProfile profile =
        CertificateProfile.of("h1", NOW.minusSeconds(60), NOW.plus(DAY)).purpose(purpose.oid());
    for (String uri : uris) {
      profile = profile.uri(uri);
    }
    return new SigningKeys(agent.getPrivate(), List.of(by.issue(agent.getPublic(), profile)));
  }

  private SigningKeys agent() throws Exception {
    return agent(fleet, KeyPurpose.AGENT, "hostler://host/h1");
  }

  private List<X509Certificate> roots() {
    return List.of(fleet.certificate());
  }

  private static void refused(Reason reason, String why, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SecretException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(why);
  }

  @Test
  void aHostVouchesForItsKeyAlsoWhenItsCertificateHasEnded() throws Exception {
    SignedSealingKey signed = SignedSealingKey.sign(key, agent(), NOW);
    assertThat(signed.verify("h1", roots(), NOW)).isEqualTo(key);
    assertThat(signed.verify("h1", roots(), NOW.plus(DAY.multipliedBy(9)))).isEqualTo(key);
    assertThat(signed.read().fingerprint()).matches("[0-9a-f]{64}");
    assertThat(new String(signed.statement(), UTF_8))
        .startsWith("{\"format\":\"hostler.sealing-key/1\",\"host\":\"h1\",\"key\":\"");
    SignedSealingKey copy =
        new SignedSealingKey(signed.statement().clone(), signed.signature().clone());
    assertThat(copy).isEqualTo(signed).hasSameHashCodeAs(signed).hasToString(signed.toString());
    assertThat(copy).isNotEqualTo(SignedSealingKey.sign(key, agent(), NOW));
  }

  @Test
  void nobodyElseVouchesForIt() throws Exception {
    SignedSealingKey good = SignedSealingKey.sign(key, agent(), NOW);
    refused(Reason.NOT_VOUCHED, "host h1", () -> good.verify("h2", roots(), NOW));
    refused(
        Reason.NOT_VOUCHED,
        "not trusted",
        () -> good.verify("h1", List.of(authority("Fleet").certificate()), NOW));
    refused(
        Reason.NOT_VOUCHED, "not valid before", () -> good.verify("h1", roots(), NOW.minus(DAY)));
    SignedSealingKey operator =
        SignedSealingKey.sign(key, agent(fleet, KeyPurpose.OPERATOR, "hostler://host/h1"), NOW);
    refused(Reason.NOT_VOUCHED, "purpose", () -> operator.verify("h1", roots(), NOW));
    SignedSealingKey other =
        SignedSealingKey.sign(key, agent(fleet, KeyPurpose.AGENT, "hostler://host/h2"), NOW);
    refused(Reason.NOT_VOUCHED, "host/h2", () -> other.verify("h1", roots(), NOW));
    SignedSealingKey nameless = SignedSealingKey.sign(key, agent(fleet, KeyPurpose.AGENT), NOW);
    refused(Reason.NOT_VOUCHED, "[]", () -> nameless.verify("h1", roots(), NOW));
    SealingKey exchanged = new SealingKey("h1", KeyAlgorithm.EC_P256.generate().getPublic());
    refused(
        Reason.NOT_VOUCHED,
        "",
        () ->
            new SignedSealingKey(exchanged.canonicalJson(), good.signature())
                .verify("h1", roots(), NOW));
  }

  private SignedSealingKey saying(String statement) throws Exception {
    SigningKeys agent = agent();
    byte[] bytes = statement.getBytes(UTF_8);
    return new SignedSealingKey(bytes, DetachedCms.sign(bytes, agent.key(), agent.chain(), NOW));
  }

  @Test
  void whatIsNotOfTheOneFormIsRefused() throws Exception {
    String good = new String(key.canonicalJson(), UTF_8);
    assertThat(saying(good).verify("h1", roots(), NOW)).isEqualTo(key);
    for (String bad :
        List.of(
            "",
            "[]",
            "{}",
            good.replace("-key/1", "-key/2"),
            good.replace("{", "{ "),
            good.replace("}", ",\"more\":1}"),
            good.replace("\"host\":\"h1\",", ""))) {
      refused(Reason.MALFORMED, "cannot be read", () -> saying(bad).read());
    }
    for (String bad :
        List.of(
            good.replaceAll("\"key\":\".*\"", "\"key\":\"AAAA\""),
            good.replaceAll("\"key\":\".*\"", "\"key\":\"%\""),
            new String(
                new SealingKey("h1", KeyAlgorithm.EC_P384.generate().getPublic()).canonicalJson(),
                UTF_8))) {
      refused(Reason.UNUSABLE_KEY, "P-256", () -> saying(bad).read());
    }
    byte[] point = key.key().getEncoded();
    point[point.length - 1] ^= 1; // not on the curve any more
    String off = java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(point);
    refused(
        Reason.UNUSABLE_KEY,
        "P-256",
        () -> saying(good.replaceAll("\"key\":\".*\"", "\"key\":\"" + off + "\"")).read());
    refused(
        Reason.MALFORMED,
        "more than",
        () -> new SignedSealingKey(new byte[20_000], new byte[0]).read());
  }

  @Test
  void exactlyTheSecretParametersAreSealed() throws Exception {
    String schema = "{\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"writeOnly\":true}}}";
    String sealed = "{\"$sealed\":\"AAAA\"}";
    SealedParameters.requireSealed("{}", schema);
    SealedParameters.requireSealed("{\"a\":\"x\",\"b\":" + sealed + "}", schema);
    refused(
        Reason.MALFORMED,
        "params.b: is secret and was not sealed",
        () -> SealedParameters.requireSealed("{\"b\":\"hunter2\"}", schema));
    refused(
        Reason.MALFORMED,
        "params.a: is sealed, but is not secret",
        () -> SealedParameters.requireSealed("{\"a\":" + sealed + "}", schema));
    assertThat(SealedParameters.hasSealed("{\"a\":\"x\"}")).isFalse();
    assertThat(SealedParameters.hasSealed("{\"a\":\"x\",\"b\":" + sealed + "}")).isTrue();
  }
}
