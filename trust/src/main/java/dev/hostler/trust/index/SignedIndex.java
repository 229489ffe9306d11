package dev.hostler.trust.index;

import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An index statement and the signature over it, as bytes: nothing was checked. Immutable by
 * agreement: nobody changes the arrays.
 *
 * @param statement canonical JSON
 * @param signature detached CMS over the statement, DER
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode are written out
public record SignedIndex(byte[] statement, byte[] signature) {

  /**
   * Signs.
   *
   * @param keys certificate with the purpose {@link KeyPurpose#INDEX_SIGNER}
   * @param now when it is signed; the certificate must be valid then
   * @throws IndexException if hosts would refuse the signer
   */
  public static SignedIndex sign(TrustIndex index, SigningKeys keys, Instant now)
      throws IndexException {
    try {
      keys.requirePurpose(
          KeyPurpose.INDEX_SIGNER,
          "the index",
          "; make one with `hostler signer create --purpose index`");
      keys.requireValid(now);
      byte[] statement = index.canonicalJson();
      TrustIndex.read(statement); // what hosts would refuse is not signed
      return new SignedIndex(statement, DetachedCms.sign(statement, keys.key(), keys.chain(), now));
    } catch (SigningException e) {
      throw IndexException.of(e);
    }
  }

  /**
   * Checks that the signature was made over this statement; says nothing on whether the signer is
   * trusted.
   *
   * @throws IndexException SIGNATURE_MALFORMED, SIGNATURE_INVALID or WEAK_ALGORITHM
   */
  public DetachedCms.Signer signer() throws IndexException {
    try {
      return DetachedCms.verify(statement, signature);
    } catch (SigningException e) {
      throw IndexException.of(e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SignedIndex that
        && Arrays.equals(statement, that.statement)
        && Arrays.equals(signature, that.signature);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(statement) + Arrays.hashCode(signature);
  }

  @Override
  public String toString() {
    return "an index of " + statement.length + " bytes";
  }
}
