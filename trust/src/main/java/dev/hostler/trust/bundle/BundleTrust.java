package dev.hostler.trust.bundle;

import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.bundle.TrustException.Reason;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** Decides for a host which bundles it takes. Thread-safe. */
public final class BundleTrust {
  private final ChainValidator chains;

  /**
   * @param roots the bundle roots that are pinned on this host; empty: nothing is trusted
   * @param revocation how revocation of signers is checked
   */
  public BundleTrust(List<X509Certificate> roots, RevocationPolicy revocation) {
    this.chains = new ChainValidator(roots, KeyPurpose.BUNDLE_SIGNER.oid(), revocation);
  }

  /** Without a check of revocation. */
  public BundleTrust(List<X509Certificate> roots) {
    this(roots, RevocationPolicy.none());
  }

  /**
   * Verifies everything about a bundle but its payload's bytes, which are verified while they are
   * unpacked.
   *
   * @param bundle stays owned by the caller; must stay open while the result is used
   * @param expectedDigest SHA-256 of the manifest of the bundle that was asked for
   * @param now the moment that counts for certificates and for the bundle's expiry
   * @throws TrustException why it is refused
   */
  public TrustedBundle verify(BundleFile bundle, byte[] expectedDigest, Instant now)
      throws TrustException {
    bundle.requireDigest(expectedDigest);
    DetachedCms.Signer signer = bundle.signer();
    requireSigner(signer.chain(), now);
    Instant expires = bundle.manifest().expires();
    if (expires != null && !now.isBefore(expires)) {
      throw new TrustException(
          Reason.BUNDLE_EXPIRED,
          "the bundle " + bundle.name() + " expired at " + expires + "; it is " + now + " here");
    }
    return new TrustedBundle(bundle, signer);
  }

  /**
   * Verifies that a signer's bundles are taken now.
   *
   * @param chain the signer's certificate and those above it
   * @throws TrustException why not
   */
  public void requireSigner(List<X509Certificate> chain, Instant now) throws TrustException {
    try {
      chains.validate(chain, now);
    } catch (SigningException e) {
      // What is wrong with a certificate here is a matter of trust, not of the signature's form.
      throw TrustException.of(e);
    }
  }
}
