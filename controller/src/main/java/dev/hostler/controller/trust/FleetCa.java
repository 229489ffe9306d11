package dev.hostler.controller.trust;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/** Issues the fleet's certificates. Thread-safe. */
public final class FleetCa {
  private static final Duration CA_LIFETIME = Duration.ofDays(3650);

  /** Certificates begin a little in the past: clocks of hosts differ. */
  private static final Duration BACKDATED = Duration.ofMinutes(5);

  private final CertificateAuthority authority;
  private final InstantSource clock;

  private FleetCa(CertificateAuthority authority, InstantSource clock) {
    this.authority = authority;
    this.clock = clock;
  }

  /**
   * Opens the CA of a data directory; makes it when there is none.
   *
   * @param directory holds ca.crt and ca.key
   * @throws TrustException if its files cannot be used
   */
  public static FleetCa openOrMake(Path directory, InstantSource clock) throws TrustException {
    Path certificate = directory.resolve("ca.crt");
    Path key = directory.resolve("ca.key");
    try {
      if (!Files.exists(certificate)) {
        if (Files.exists(key)) {
          throw new TrustException(
              key + " is there but " + certificate + " is not; restore it from a backup");
        }
        PrivateFiles.directory(directory);
        Instant now = clock.instant();
        CertificateAuthority made =
            CertificateAuthority.create(
                "Hostler fleet CA " + UUID.randomUUID().toString().substring(0, 8),
                KeyAlgorithm.EC_P256,
                now.minus(BACKDATED),
                now.plus(CA_LIFETIME));
        // The certificate comes last: without it there is no CA yet.
        Pem.writeNewKey(key, made.key());
        PrivateFiles.write(certificate, Pem.encode(List.of(made.certificate())));
      }
      return open(certificate, key, clock);
    } catch (IOException e) {
      throw new TrustException("cannot make the fleet CA in " + directory + ": " + e, e);
    }
  }

  /**
   * Opens a CA that is given.
   *
   * @throws TrustException if the files are not a CA certificate and its key
   */
  public static FleetCa open(Path certificateFile, Path keyFile, InstantSource clock)
      throws TrustException {
    try {
      List<X509Certificate> certificates = Pem.certificates(certificateFile);
      FleetCa ca =
          new FleetCa(
              new CertificateAuthority(Pem.privateKey(keyFile), certificates.getFirst()), clock);
      ca.check(certificateFile, keyFile);
      return ca;
    } catch (IOException e) {
      throw new TrustException("cannot read the fleet CA: " + e, e);
    } catch (SigningException e) {
      throw new TrustException("cannot use the fleet CA: " + e.getMessage(), e);
    }
  }

  private void check(Path certificateFile, Path keyFile) throws TrustException, SigningException {
    X509Certificate certificate = authority.certificate();
    boolean[] usage = certificate.getKeyUsage();
    if (certificate.getBasicConstraints() < 0 || usage == null || !usage[5]) {
      throw new TrustException(
          certificateFile + " is not a CA certificate: it needs CA:TRUE and keyCertSign");
    }
    if (!certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal())) {
      throw new TrustException(
          certificateFile + " is not a root: its issuer is another; give the root itself");
    }
    if (certificate.getNotAfter().toInstant().isBefore(clock.instant())) {
      throw new TrustException(
          certificateFile + " expired on " + certificate.getNotAfter().toInstant());
    }
    try {
      byte[] text = {1, 2, 3};
      String algorithm = KeyAlgorithm.of(authority.key()).signatureAlgorithm();
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(authority.key());
      signer.update(text);
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(text);
      if (!verifier.verify(signer.sign())) {
        throw new TrustException(keyFile + " is not the key of " + certificateFile);
      }
    } catch (GeneralSecurityException e) {
      throw new TrustException(keyFile + " is not the key of " + certificateFile, e);
    }
  }

  /** Roots by which the fleet's certificates are known. */
  public List<X509Certificate> roots() {
    return List.of(authority.certificate());
  }

  /** SHA-256 of the root in DER, base64url without padding: the last part of join tokens. */
  public String digest() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(sha256(encoded(authority.certificate())));
  }

  /**
   * A certificate for an agent.
   *
   * @throws SigningException WEAK_ALGORITHM if the key is not accepted
   */
  public X509Certificate issueAgent(UUID hostId, PublicKey key, Duration lifetime)
      throws SigningException {
    return authority.issue(
        key,
        profile(hostId.toString(), lifetime)
            .purpose(CertificateProfile.CLIENT_AUTH)
            .purpose(KeyPurpose.AGENT.oid())
            .uri(PeerNames.hostUri(hostId)));
  }

  /** A certificate for an operator. */
  public X509Certificate issueOperator(String name, PublicKey key, Duration lifetime)
      throws SigningException {
    return issueOperator(name, List.of(), key, lifetime);
  }

  /**
   * A certificate for an operator.
   *
   * @param roles what it may do, by role names
   */
  public X509Certificate issueOperator(
      String name, List<String> roles, PublicKey key, Duration lifetime) throws SigningException {
    CertificateProfile profile =
        profile(name, lifetime)
            .purpose(CertificateProfile.CLIENT_AUTH)
            .purpose(KeyPurpose.OPERATOR.oid())
            .uri(PeerNames.operatorUri(name));
    for (String role : roles) {
      profile = profile.uri(PeerNames.roleUri(role));
    }
    return authority.issue(key, profile);
  }

  /** A certificate for a controller that is reached by these names. */
  X509Certificate issueController(ServerNames names, PublicKey key, Duration lifetime)
      throws SigningException {
    CertificateProfile profile =
        profile("Hostler controller", lifetime)
            .purpose(CertificateProfile.SERVER_AUTH)
            .purpose(KeyPurpose.CONTROLLER.oid());
    for (String dns : names.dns()) {
      profile = profile.dns(dns);
    }
    for (String ip : names.ips()) {
      profile = profile.ip(ip);
    }
    return authority.issue(key, profile);
  }

  private CertificateProfile profile(String commonName, Duration lifetime) {
    Instant now = clock.instant();
    Instant end = now.plus(lifetime);
    Instant last = authority.certificate().getNotAfter().toInstant();
    return CertificateProfile.of(commonName, now.minus(BACKDATED), end.isBefore(last) ? end : last);
  }

  /** Did this CA's key sign it? */
  boolean issued(X509Certificate certificate) {
    try {
      certificate.verify(authority.certificate().getPublicKey());
      return true;
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate without an encoding", e);
    }
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
