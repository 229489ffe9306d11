package dev.hostler.controller.trust;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The folder of a fleet CA. {@code ca.crt} has the roots that count, newest first, and is replaced
 * as a whole: it is what decides. Each root's key is in a file of its own, found by trying, written
 * before its root is listed and deleted after it is not.
 */
final class CaFiles {
  static final String CERTIFICATES = "ca.crt";
  static final String FIRST_KEY = "ca.key";

  private final Path directory;

  CaFiles(Path directory) {
    this.directory = directory;
  }

  boolean exists() throws TrustException {
    Path certificates = directory.resolve(CERTIFICATES);
    if (Files.exists(certificates)) {
      return true;
    }
    Path key = directory.resolve(FIRST_KEY);
    if (Files.exists(key)) {
      throw new TrustException(
          key + " is there but " + certificates + " is not; restore it from a backup");
    }
    return false;
  }

  /** Those that count, newest first. */
  List<CertificateAuthority> read(Instant now) throws TrustException {
    Path file = directory.resolve(CERTIFICATES);
    try {
      Map<Path, PrivateKey> keys = keys();
      List<CertificateAuthority> authorities = new ArrayList<>();
      for (X509Certificate root : Pem.certificates(file)) {
        CertificateAuthority authority = null;
        for (PrivateKey key : keys.values()) {
          authority = fits(key, root) ? new CertificateAuthority(key, root) : authority;
        }
        if (authority == null) {
          throw new TrustException(
              "no file *.key in "
                  + directory
                  + " is the key of '"
                  + root.getSubjectX500Principal()
                  + "' in "
                  + file
                  + "; restore it from a backup");
        }
        check(authority, file, directory.resolve(FIRST_KEY), now);
        authorities.add(authority);
      }
      return authorities;
    } catch (IOException e) {
      throw new TrustException("cannot read the fleet CA: " + e, e);
    } catch (SigningException e) {
      throw new TrustException("cannot use the fleet CA: " + e.getMessage(), e);
    }
  }

  private Map<Path, PrivateKey> keys() throws IOException, SigningException {
    Map<Path, PrivateKey> keys = new LinkedHashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.key")) {
      for (Path file : files) {
        keys.put(file, Pem.privateKey(file));
      }
    }
    return keys;
  }

  /** Writes the key of a CA that is to count. */
  void addKey(CertificateAuthority authority) throws IOException {
    PrivateFiles.directory(directory);
    String name =
        exists(FIRST_KEY)
            ? "ca-"
                + AgentCertificates.fingerprint(authority.certificate()).substring(0, 16)
                + ".key"
            : FIRST_KEY;
    Pem.writeNewKey(directory.resolve(name), authority.key());
  }

  private boolean exists(String name) {
    return Files.exists(directory.resolve(name));
  }

  /** From here on, these count; their keys are there. */
  void commit(List<CertificateAuthority> authorities) throws IOException {
    PrivateFiles.write(
        directory.resolve(CERTIFICATES),
        Pem.encode(authorities.stream().map(CertificateAuthority::certificate).toList()));
  }

  /** Deletes the key of a CA that does not count any more. */
  void removeKey(CertificateAuthority authority) throws IOException, SigningException {
    for (Map.Entry<Path, PrivateKey> one : keys().entrySet()) {
      if (fits(one.getValue(), authority.certificate())) {
        Files.delete(one.getKey());
      }
    }
  }

  /** Is it a root that may issue, and is that its key? */
  static void check(CertificateAuthority authority, Path certificateFile, Path keyFile, Instant now)
      throws TrustException, SigningException {
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
    if (certificate.getNotAfter().toInstant().isBefore(now)) {
      throw new TrustException(
          certificateFile + " expired on " + certificate.getNotAfter().toInstant());
    }
    if (!fits(authority.key(), certificate)) {
      throw new TrustException(keyFile + " is not the key of " + certificateFile);
    }
  }

  private static boolean fits(PrivateKey key, X509Certificate certificate) throws SigningException {
    try {
      byte[] text = {1, 2, 3};
      String algorithm = KeyAlgorithm.of(key).signatureAlgorithm();
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(text);
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(text);
      return verifier.verify(signer.sign());
    } catch (GeneralSecurityException _) {
      return false; // of another kind
    }
  }
}
