package dev.hostler.trust.job;

import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.job.JobException.Reason;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** Decides for a host or a controller whose jobs it takes. Thread-safe. */
public final class JobTrust {
  private final ChainValidator chains;

  /**
   * @param roots the operator roots that are pinned here; empty: nothing is trusted
   * @param revocation how revocation of operators is checked
   */
  public JobTrust(List<X509Certificate> roots, RevocationPolicy revocation) {
    this.chains = new ChainValidator(roots, KeyPurpose.OPERATOR.oid(), revocation);
  }

  /**
   * Verifies who signed what, and that its time is now. Replay is for the caller to find.
   *
   * @param now the moment that counts for certificates and for the job's own times
   * @throws JobException why it is refused
   */
  public VerifiedJob verify(SignedJob job, Instant now) throws JobException {
    VerifiedJob verified = verifySigner(job, now);
    JobStatement statement = verified.statement();
    if (now.isBefore(statement.notBefore())) {
      throw new JobException(
          Reason.NOT_YET_VALID,
          "the job is not to be started before "
              + statement.notBefore()
              + "; it is "
              + now
              + " here");
    }
    if (!now.isBefore(statement.expires())) {
      throw new JobException(
          Reason.EXPIRED,
          "the job was not to be started after "
              + statement.expires()
              + "; it is "
              + now
              + " here");
    }
    return verified;
  }

  /** Like {@link #verify}, but whatever the job says of its own times. */
  public VerifiedJob verifySigner(SignedJob job, Instant now) throws JobException {
    DetachedCms.Signer signer = job.signer();
    List<X509Certificate> path;
    try {
      path = chains.validate(signer.chain(), now);
    } catch (SigningException e) {
      // What is wrong with a certificate here is a matter of trust, not of the signature's form.
      throw JobException.of(e);
    }
    Operator operator = Operator.of(signer.certificate());
    return new VerifiedJob(JobStatement.read(job.statement()), operator, path);
  }

  /**
   * Checks that a host is among a job's targets.
   *
   * @throws JobException NOT_A_TARGET
   */
  public static void requireTarget(VerifiedJob job, TargetProof proof, String hostId)
      throws JobException {
    if (!proof.proves(hostId, job.statement().targets())) {
      throw new JobException(
          Reason.NOT_A_TARGET,
          "the operator did not sign this job for this host: the proof for host "
              + hostId
              + " does not lead to the signed targets");
    }
  }
}
