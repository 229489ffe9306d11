package dev.hostler.agent.identity;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.tls.TlsIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** An enrolled host and its fleet's CA. */
public final class TestIdentity {
  public final IdentityStore store;
  public final CertificateAuthority ca;
  public final CurrentIdentity current;

  /** At the present time. */
  public TestIdentity(Path folder) {
    this(folder, Instant.now(), Duration.ofHours(24));
  }

  TestIdentity(Path folder, Instant now, Duration lifetime) {
    ca = ca("Test fleet CA", now);
    store = new IdentityStore(folder);
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    Identity identity =
        new Identity(
            "host-1",
            new TlsIdentity(pair.getPrivate(), List.of(issue(ca, pair.getPublic(), now, lifetime))),
            List.of(ca.certificate()),
            "c.example:7443");
    try {
      store.write(identity);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    current = new CurrentIdentity(store, identity);
  }

  static CertificateAuthority ca(String name, Instant now) {
    return CertificateAuthority.create(
        name, KeyAlgorithm.EC_P256, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(100)));
  }

  static X509Certificate issue(
      CertificateAuthority ca, PublicKey key, Instant now, Duration lifetime) {
    try {
      return ca.issue(key, CertificateProfile.of("host-1", now, now.plus(lifetime)));
    } catch (SigningException e) {
      throw new IllegalStateException(e);
    }
  }
}
