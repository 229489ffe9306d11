package dev.hostler.trust.index;

import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** Decides for a host whose index it takes. Thread-safe. */
public final class IndexTrust {
  private final ChainValidator chains;

  /**
   * @param roots the index roots that are pinned on this host; empty: nothing is trusted
   * @param revocation how revocation of signers is checked
   */
  public IndexTrust(List<X509Certificate> roots, RevocationPolicy revocation) {
    this.chains = new ChainValidator(roots, KeyPurpose.INDEX_SIGNER.oid(), revocation);
  }

  /**
   * Verifies who made an index. Its own expiry and number are for the caller to judge: also an
   * expired index tells truly what was revoked.
   *
   * @param now the moment that counts for certificates
   * @throws IndexException why it is refused
   */
  public TrustIndex verify(SignedIndex signed, Instant now) throws IndexException {
    DetachedCms.Signer signer = signed.signer();
    try {
      chains.validate(signer.chain(), now);
    } catch (SigningException e) {
      throw IndexException.of(e);
    }
    return TrustIndex.read(signed.statement());
  }
}
