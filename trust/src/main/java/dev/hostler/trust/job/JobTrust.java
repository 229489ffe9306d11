package dev.hostler.trust.job;

import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.job.JobException.Reason;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides for a host or a controller whose jobs it takes. A chain that was found good counts for a
 * minute, while its certificates do: operators sign many jobs with one. Thread-safe.
 */
public final class JobTrust {
  private static final Duration CHECKED_FOR = Duration.ofMinutes(1);
  private static final int MAX_CHECKED = 64;

  private final ChainValidator chains;
  private final Map<List<X509Certificate>, Checked> checked =
      new LinkedHashMap<>(MAX_CHECKED, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<X509Certificate>, Checked> eldest) {
          return size() > MAX_CHECKED;
        }
      };

  /** A path that is good from one moment until before another. */
  private record Checked(List<X509Certificate> path, Instant from, Instant until) {
    boolean countsAt(Instant now) {
      return !now.isBefore(from) && now.isBefore(until);
    }
  }

  /**
   * @param roots the operator roots that are pinned here; empty: nothing is trusted
   * @param revocation how revocation of operators is checked; what changes in it within a minute
   *     may be overlooked for as long: make another of these when something new came
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
      path = path(signer.chain(), now);
    } catch (SigningException e) {
      // What is wrong with a certificate here is a matter of trust, not of the signature's form.
      throw JobException.of(e);
    }
    Operator operator = Operator.of(signer.certificate());
    return new VerifiedJob(JobStatement.read(job.statement()), operator, path);
  }

  private List<X509Certificate> path(List<X509Certificate> chain, Instant now)
      throws SigningException {
    synchronized (checked) {
      Checked last = checked.get(chain);
      if (last != null && last.countsAt(now)) {
        return last.path();
      }
    }
    List<X509Certificate> path = chains.validate(chain, now);
    Instant until = now.plus(CHECKED_FOR);
    for (X509Certificate certificate : path) {
      Instant end = certificate.getNotAfter().toInstant();
      until = end.isBefore(until) ? end : until;
    }
    synchronized (checked) {
      checked.put(chain, new Checked(path, now, until));
    }
    return path;
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
