package dev.hostler.trust.bundle;

import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
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
  public static final String ROOT_CERTIFICATE = SigningKeys.ROOT_CERTIFICATE;

  /** Private key of the root: keep it off line. */
  public static final String ROOT_KEY = SigningKeys.ROOT_KEY;

  /** Chain of the signer. */
  public static final String SIGNER_CERTIFICATE = SigningKeys.SIGNER_CERTIFICATE;

  /** Private key of the signer. */
  public static final String SIGNER_KEY = SigningKeys.SIGNER_KEY;

  public BundleSigner {
    chain = List.copyOf(chain);
  }

  /**
   * Reads a signer from PEM files; the key may be on a token instead ({@code pkcs11:...}).
   *
   * @throws IOException if a file or a token cannot be read
   * @throws SigningException if a file is not what it should be, or the key is not there
   */
  public static BundleSigner read(Path chainFile, Path key) throws IOException, SigningException {
    return of(SigningKeys.read(chainFile, key));
  }

  /** With these keys. */
  public static BundleSigner of(SigningKeys keys) {
    return new BundleSigner(keys.key(), keys.chain());
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
    return of(SigningKeys.create(folder, name, "bundle", KeyPurpose.BUNDLE_SIGNER, algorithm, now));
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
    SigningKeys keys = new SigningKeys(key, chain);
    try {
      keys.requireValid(now);
      keys.requirePurpose(KeyPurpose.BUNDLE_SIGNER, "bundles", "");
    } catch (SigningException e) {
      throw TrustException.of(e);
    }
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
}
