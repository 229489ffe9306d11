package dev.hostler.common.signing;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A root and a signer below it, for tests. */
public record TestPki(CertificateAuthority root, KeyPair signerKey, X509Certificate signer) {
  public static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  public static final Instant FROM = NOW.minus(Duration.ofDays(1));
  public static final Instant TO = NOW.plus(Duration.ofDays(30));
  public static final String PURPOSE = "2.25.1.2.3";

  public static TestPki of(KeyAlgorithm algorithm) throws SigningException {
    return of(algorithm, profile());
  }

  public static TestPki of(KeyAlgorithm algorithm, CertificateProfile profile)
      throws SigningException {
    CertificateAuthority root =
        CertificateAuthority.create("test root " + algorithm, algorithm, FROM, TO, 2);
    KeyPair pair = algorithm.generate();
    return new TestPki(root, pair, root.issue(pair.getPublic(), profile));
  }

  public static CertificateProfile profile() {
    return CertificateProfile.of("test signer", FROM, TO).purpose(PURPOSE);
  }

  public ChainValidator validator() {
    return new ChainValidator(List.of(root.certificate()), PURPOSE, RevocationPolicy.none());
  }
}
