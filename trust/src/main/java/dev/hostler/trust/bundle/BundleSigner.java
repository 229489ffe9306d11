package dev.hostler.trust.bundle;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.bundle.TrustException.Reason;
import java.io.IOException;
import java.io.InputStream;
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
 * Who signs bundles. Immutable and thread-safe.
 *
 * @param key the signing key
 * @param chain its certificate first, then those above it up to, but without, the root
 */
public record BundleSigner(PrivateKey key, List<X509Certificate> chain) {
  /** File names of {@link #create}. */
  public static final String ROOT_CERTIFICATE = "root.crt";

  /** Private key of the root: keep it off line. */
  public static final String ROOT_KEY = "root.key";

  /** Chain of the signer. */
  public static final String SIGNER_CERTIFICATE = "signer.crt";

  /** Private key of the signer. */
  public static final String SIGNER_KEY = "signer.key";

  private static final Duration ROOT_LIFE = Duration.ofDays(3650);
  private static final Duration SIGNER_LIFE = Duration.ofDays(398);
  // Hosts whose clocks are a little behind must not refuse a bundle that was signed just now.
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);

  public BundleSigner {
    chain = List.copyOf(chain);
  }

  /**
   * Reads a signer from PEM files.
   *
   * @throws IOException if a file cannot be read
   * @throws SigningException if a file is not what it should be
   */
  public static BundleSigner read(Path chainFile, Path keyFile)
      throws IOException, SigningException {
    return new BundleSigner(Pem.privateKey(keyFile), Pem.certificates(chainFile));
  }

  /**
   * Makes a bundle root and a signer below it: {@value #ROOT_CERTIFICATE}, {@value #ROOT_KEY},
   * {@value #SIGNER_CERTIFICATE} and {@value #SIGNER_KEY}, keys readable by their owner only. The
   * root certificate is what hosts pin.
   *
   * @param folder made (0700) if it does not exist
   * @param name who signs, for the certificates' names
   * @throws FileAlreadyExistsException if one of the files exists: nothing is overwritten
   * @throws IOException if something cannot be written
   */
  public static BundleSigner create(Path folder, String name, KeyAlgorithm algorithm, Instant now)
      throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (String file : List.of(ROOT_CERTIFICATE, ROOT_KEY, SIGNER_CERTIFICATE, SIGNER_KEY)) {
      if (Files.exists(folder.resolve(file))) {
        throw new FileAlreadyExistsException(
            folder.resolve(file).toString(), null, "a signer is there already");
      }
    }
    Instant from = now.minus(CLOCK_SKEW);
    CertificateAuthority root =
        CertificateAuthority.create(name + " bundle root", algorithm, from, now.plus(ROOT_LIFE));
    KeyPair pair = algorithm.generate();
    try {
      X509Certificate certificate =
          root.issue(
              pair.getPublic(),
              CertificateProfile.of(name + " bundle signer", from, now.plus(SIGNER_LIFE))
                  .purpose(KeyPurpose.BUNDLE_SIGNER.oid()));
      Pem.writeNewKey(folder.resolve(ROOT_KEY), root.key());
      Pem.writeNewKey(folder.resolve(SIGNER_KEY), pair.getPrivate());
      write(folder.resolve(ROOT_CERTIFICATE), root.certificate());
      write(folder.resolve(SIGNER_CERTIFICATE), certificate);
      return new BundleSigner(pair.getPrivate(), List.of(certificate));
    } catch (SigningException e) {
      throw new IllegalStateException("a new key was refused", e);
    }
  }

  private static void write(Path file, X509Certificate certificate) throws IOException {
    Files.writeString(file, Pem.encode(List.of(certificate)), StandardOpenOption.CREATE_NEW);
  }

  /**
   * Signs a bundle, after checking it whole. A signature that it has is replaced.
   *
   * @param bundle the bundle file, signed or not
   * @param target the signed file; may be the same path
   * @param now when it is signed; the signer's certificate must be valid then
   * @throws IOException if a file cannot be read or written
   * @throws TrustException if the bundle or the signer's certificate would be refused by hosts
   */
  public void sign(Path bundle, Path target, Instant now) throws IOException, TrustException {
    checkOwnCertificate(now);
    try (BundleFile file = BundleFile.open(bundle)) {
      file.checkPayload();
      byte[] signature;
      try {
        signature = DetachedCms.sign(file.layout().manifest, key, chain, now);
      } catch (SigningException e) {
        throw TrustException.of(e);
      }
      try (InputStream payload =
          new RegionStream(
              file.channel(), file.layout().payloadStart, file.layout().payloadLength)) {
        BundleWriter.write(
            target, file.layout().manifest, signature, payload, file.layout().payloadLength);
      }
    }
  }

  private void checkOwnCertificate(Instant now) throws TrustException {
    X509Certificate certificate = chain.getFirst();
    if (now.isBefore(certificate.getNotBefore().toInstant())
        || now.isAfter(certificate.getNotAfter().toInstant())) {
      throw new TrustException(
          Reason.SIGNER_NOT_VALID_NOW,
          "the signer's certificate is valid from "
              + certificate.getNotBefore().toInstant()
              + " to "
              + certificate.getNotAfter().toInstant()
              + "; it is "
              + now);
    }
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      if (purposes == null || !purposes.contains(KeyPurpose.BUNDLE_SIGNER.oid())) {
        throw new TrustException(
            Reason.SIGNER_WRONG_PURPOSE,
            "the certificate of '"
                + certificate.getSubjectX500Principal()
                + "' is not for signing bundles: it lacks the extended key usage "
                + KeyPurpose.BUNDLE_SIGNER.oid());
      }
    } catch (CertificateParsingException e) {
      throw new TrustException(
          Reason.SIGNATURE_MALFORMED, "the signer's certificate is broken: " + e.getMessage(), e);
    }
  }
}
