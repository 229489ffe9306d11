package dev.hostler.common.signing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One case of C2SP/x509-limbo.
 *
 * @param roots PEM
 * @param intermediates PEM
 * @param leaf PEM
 * @param crls PEM
 */
record LimboCase(
    String id,
    List<String> roots,
    List<String> intermediates,
    String leaf,
    List<String> crls,
    String purpose,
    Instant at,
    boolean valid) {
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  // A case without a time means "now"; a fixed one makes every run the same.
  private static final Duration ANY_AGE = Duration.ofDays(36_500);
  private static final Instant ANY_TIME = Instant.parse("2026-01-01T00:00:00Z");

  static List<LimboCase> all(Path file) throws IOException {
    List<LimboCase> all = new ArrayList<>();
    for (JsonNode one : JsonMapper.shared().readTree(Files.readAllBytes(file)).get("testcases")) {
      all.add(
          new LimboCase(
              one.get("id").asString(),
              texts(one.get("trusted_certs")),
              texts(one.get("untrusted_intermediates")),
              one.get("peer_certificate").asString(),
              texts(one.get("crls")),
              one.get("validation_kind").asString().equals("SERVER")
                  ? SERVER_AUTH
                  : CertificateProfile.CLIENT_AUTH,
              one.get("validation_time").isNull()
                  ? ANY_TIME
                  : OffsetDateTime.parse(one.get("validation_time").asString()).toInstant(),
              one.get("expected_result").asString().equals("SUCCESS")));
    }
    return all;
  }

  /**
   * What our own code says, with the revocation lists of the case and none other: empty if it
   * accepts, otherwise why it does not.
   */
  String refusal() {
    try {
      List<X509CRL> lists = new ArrayList<>();
      for (String one : crls) {
        lists.add(RevocationLists.read(one.getBytes(StandardCharsets.US_ASCII), "the case"));
      }
      RevocationPolicy revocation =
          new Revocation(Set.of(), lists, List.of(), new Revocation.Rules(ANY_AGE, true));
      List<X509Certificate> chain = new ArrayList<>(certificates(List.of(leaf)));
      chain.addAll(certificates(intermediates));
      new ChainValidator(certificates(roots), purpose, revocation).validate(chain, at);
      return "";
    } catch (SigningException e) {
      return e.reason() + ": " + e.getMessage();
    }
  }

  private static List<X509Certificate> certificates(List<String> pem) throws SigningException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (String one : pem) {
      certificates.addAll(Pem.certificates(one.getBytes(StandardCharsets.US_ASCII), "the case"));
    }
    return certificates;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asString()));
    return texts;
  }
}
