package dev.hostler.trust.job;

import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.JobException.Reason;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A job statement and the signature over it, as bytes: nothing was checked. Immutable by agreement:
 * nobody changes the arrays.
 *
 * @param statement canonical JSON
 * @param signature detached CMS over the statement, DER
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode are written out
public record SignedJob(byte[] statement, byte[] signature) {

  /**
   * Signs.
   *
   * @param keys certificate with the purpose {@link KeyPurpose#OPERATOR} that names one operator
   * @param now when it is signed; the certificate must be valid then
   * @throws JobException if every host would refuse it
   */
  public static SignedJob sign(JobStatement job, SigningKeys keys, Instant now)
      throws JobException {
    try {
      keys.requirePurpose(KeyPurpose.OPERATOR, "jobs", "; make one with `hostler operator create`");
      keys.requireValid(now);
      var _ = Operator.of(keys.chain().getFirst());
      byte[] statement = job.canonicalJson();
      return new SignedJob(statement, DetachedCms.sign(statement, keys.key(), keys.chain(), now));
    } catch (SigningException e) {
      throw JobException.of(e);
    }
  }

  /**
   * Checks that the signature was made over this statement; says nothing on whether the signer is
   * trusted.
   *
   * @throws JobException UNSIGNED, TOO_LARGE, SIGNATURE_MALFORMED, SIGNATURE_INVALID or
   *     WEAK_ALGORITHM
   */
  public DetachedCms.Signer signer() throws JobException {
    if (statement.length == 0 || signature.length == 0) {
      throw new JobException(
          Reason.UNSIGNED,
          statement.length == 0 ? "the job has no statement" : "the job has no signature");
    }
    if (statement.length > JobStatement.MAX_BYTES) {
      throw new JobException(
          Reason.TOO_LARGE,
          "the job has " + statement.length + " bytes: at most " + JobStatement.MAX_BYTES);
    }
    try {
      return DetachedCms.verify(statement, signature);
    } catch (SigningException e) {
      throw JobException.of(e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SignedJob that
        && Arrays.equals(statement, that.statement)
        && Arrays.equals(signature, that.signature);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(statement) + Arrays.hashCode(signature);
  }

  @Override
  public String toString() {
    return "a job of " + statement.length + " bytes";
  }
}
