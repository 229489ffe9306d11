package dev.hostler.trust.job;

import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.JobException.Reason;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
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
    checkSigner(keys.chain().getFirst(), now);
    byte[] statement = job.canonicalJson();
    try {
      return new SignedJob(statement, DetachedCms.sign(statement, keys.key(), keys.chain(), now));
    } catch (SigningException e) {
      throw JobException.of(e);
    }
  }

  private static void checkSigner(X509Certificate certificate, Instant now) throws JobException {
    String name = "the certificate of '" + certificate.getSubjectX500Principal() + "' ";
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      if (purposes == null || !purposes.contains(KeyPurpose.OPERATOR.oid())) {
        throw new JobException(
            Reason.SIGNER_WRONG_PURPOSE,
            name
                + "is not for signing jobs: it lacks the extended key usage "
                + KeyPurpose.OPERATOR.oid()
                + "; make one with `hostler operator create`");
      }
    } catch (CertificateParsingException e) {
      throw new JobException(Reason.SIGNATURE_MALFORMED, name + "is broken: " + e.getMessage(), e);
    }
    if (now.isBefore(certificate.getNotBefore().toInstant())
        || now.isAfter(certificate.getNotAfter().toInstant())) {
      throw new JobException(
          Reason.SIGNER_NOT_VALID_NOW,
          name
              + "is valid from "
              + certificate.getNotBefore().toInstant()
              + " to "
              + certificate.getNotAfter().toInstant()
              + "; it is "
              + now);
    }
    var _ = Operator.of(certificate);
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
