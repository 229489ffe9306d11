package dev.hostler.trust;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.KeySource;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.signing.SigningException.Reason;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A signing key with its certificates. Immutable and thread-safe.
 *
 * @param key the signing key
 * @param chain its certificate first, then those above it up to, but without, the root
 */
public record SigningKeys(PrivateKey key, List<X509Certificate> chain) {
  /** Certificate of the root: what hosts pin. */
  public static final String ROOT_CERTIFICATE = "root.crt";

  /** Private key of the root: keep it off line. */
  public static final String ROOT_KEY = "root.key";

  /** Chain of the signer. */
  public static final String SIGNER_CERTIFICATE = "signer.crt";

  /** Private key of the signer. */
  public static final String SIGNER_KEY = "signer.key";

  /** How long a signer's certificate is valid if nothing else is said. */
  public static final Duration SIGNER_LIFE = Duration.ofDays(398);

  private static final Duration ROOT_LIFE = Duration.ofDays(3650);

  /** How far certificates begin in the past, for hosts whose clocks are a little behind. */
  public static final Duration CLOCK_SKEW = Duration.ofHours(1);

  public SigningKeys {
    chain = List.copyOf(chain);
  }

  /**
   * Reads them from PEM files.
   *
   * @throws IOException if a file cannot be read
   * @throws SigningException if a file is not what it should be
   */
  public static SigningKeys read(Path chainFile, Path keyFile)
      throws IOException, SigningException {
    return read(chainFile, keyFile.toString());
  }

  /**
   * Reads the chain from a PEM file, and the key from where the text says.
   *
   * @param key as in {@link KeySource#of(String)}: a file, or {@code pkcs11:...}
   * @throws IOException if a file or a token cannot be read
   * @throws SigningException if a file is not what it should be, or the key is not there
   */
  public static SigningKeys read(Path chainFile, String key) throws IOException, SigningException {
    List<X509Certificate> chain = Pem.certificates(chainFile);
    return new SigningKeys(KeySource.of(key).key(chain.getFirst()), chain);
  }

  /** Reads them from a folder that {@link #create} made. */
  public static SigningKeys read(Path folder) throws IOException, SigningException {
    return read(folder.resolve(SIGNER_CERTIFICATE), folder.resolve(SIGNER_KEY));
  }

  /**
   * Makes a root and a signer below it: {@value #ROOT_CERTIFICATE}, {@value #ROOT_KEY}, {@value
   * #SIGNER_CERTIFICATE} and {@value #SIGNER_KEY}, keys readable by their owner only.
   *
   * @param folder made (0700) if it does not exist
   * @param name who signs; the certificates are called "NAME WHAT root" and "NAME WHAT signer"
   * @param what is signed, one word: "bundle"
   * @throws FileAlreadyExistsException if one of the files exists: nothing is overwritten
   * @throws IOException if something cannot be written
   */
  public static SigningKeys create(
      Path folder,
      String name,
      String what,
      KeyPurpose purpose,
      KeyAlgorithm algorithm,
      Instant now)
      throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (String file : List.of(ROOT_CERTIFICATE, ROOT_KEY, SIGNER_CERTIFICATE, SIGNER_KEY)) {
      if (Files.exists(folder.resolve(file))) {
        throw new FileAlreadyExistsException(
            folder.resolve(file).toString(), null, "a signer is there already");
      }
    }
    CertificateAuthority root = createRoot(folder, name + " " + what + " root", algorithm, now);
    SigningKeys made =
        below(root, name + " " + what + " signer", purpose, algorithm, now, SIGNER_LIFE);
    Pem.writeNewKey(folder.resolve(SIGNER_KEY), made.key());
    writeNew(folder.resolve(SIGNER_CERTIFICATE), made.chain().getFirst());
    return made;
  }

  /**
   * Makes {@value #ROOT_CERTIFICATE} and {@value #ROOT_KEY} in a folder that has neither.
   *
   * @throws IOException if something cannot be written
   */
  public static CertificateAuthority createRoot(
      Path folder, String name, KeyAlgorithm algorithm, Instant now) throws IOException {
    CertificateAuthority root =
        CertificateAuthority.create(name, algorithm, now.minus(CLOCK_SKEW), now.plus(ROOT_LIFE));
    Pem.writeNewKey(folder.resolve(ROOT_KEY), root.key());
    writeNew(folder.resolve(ROOT_CERTIFICATE), root.certificate());
    return root;
  }

  /**
   * A new key with a certificate of a root that exists.
   *
   * @param life how long the certificate is valid
   */
  public static SigningKeys below(
      CertificateAuthority root,
      String commonName,
      KeyPurpose purpose,
      KeyAlgorithm algorithm,
      Instant now,
      Duration life) {
    KeyPair pair = algorithm.generate();
    try {
      X509Certificate certificate =
          root.issue(
              pair.getPublic(),
              CertificateProfile.of(commonName, now.minus(CLOCK_SKEW), now.plus(life))
                  .purpose(purpose.oid()));
      return new SigningKeys(pair.getPrivate(), List.of(certificate));
    } catch (SigningException e) {
      throw new IllegalStateException("a new key was refused", e);
    }
  }

  /**
   * Checks before signing what everybody checks after it.
   *
   * @param what is signed, for the message: "bundles"
   * @param fix said last; may be empty
   * @throws SigningException WRONG_PURPOSE, or MALFORMED if the certificate cannot be read
   */
  public void requirePurpose(KeyPurpose purpose, String what, String fix) throws SigningException {
    X509Certificate certificate = chain.getFirst();
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      if (purposes == null || !purposes.contains(purpose.oid())) {
        throw new SigningException(
            Reason.WRONG_PURPOSE,
            "the certificate of '%s' is not for signing %s: it lacks the extended key usage %s%s"
                .formatted(certificate.getSubjectX500Principal(), what, purpose.oid(), fix));
      }
    } catch (CertificateParsingException e) {
      throw new SigningException(
          Reason.MALFORMED, "the signer's certificate is broken: " + e.getMessage(), e);
    }
  }

  /**
   * Checks that the certificate is valid at a time.
   *
   * @throws SigningException NOT_VALID_NOW
   */
  public void requireValid(Instant now) throws SigningException {
    X509Certificate certificate = chain.getFirst();
    Instant from = certificate.getNotBefore().toInstant();
    Instant to = certificate.getNotAfter().toInstant();
    if (now.isBefore(from) || now.isAfter(to)) {
      throw new SigningException(
          Reason.NOT_VALID_NOW,
          "the certificate of '%s' is valid from %s to %s; it is %s"
              .formatted(certificate.getSubjectX500Principal(), from, to, now));
    }
  }

  /**
   * Writes a certificate into a file that does not exist yet.
   *
   * @throws FileAlreadyExistsException if it does
   * @throws IOException if it cannot be written
   */
  public static void writeNew(Path file, X509Certificate certificate) throws IOException {
    Files.writeString(file, Pem.encode(List.of(certificate)), StandardOpenOption.CREATE_NEW);
  }
}
