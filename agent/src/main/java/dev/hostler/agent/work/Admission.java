package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.Authority;
import dev.hostler.agent.attempt.Bounds;
import dev.hostler.agent.attempt.Offer;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.attempt.SealedWith;
import dev.hostler.agent.attempt.Work;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobTrust;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.VerifiedJob;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * Decides whether what a controller offers is run here. Believes the controller nothing: what runs
 * is what an operator signed, for this host, once. Thread-safe.
 */
public final class Admission {
  private final String hostId;
  private final OperatorRoots roots;
  private final JobPolicy policy;
  private final Freshness freshness;
  private final Nonces nonces;
  private final TimeSource time;

  /**
   * @param hostId who this host is, by its own certificate
   * @param roots whose jobs are taken
   * @param policy what this host's owner lets them do
   * @param freshness what is known of revocations
   * @param nonces which jobs were taken before
   */
  public Admission(
      String hostId,
      OperatorRoots roots,
      JobPolicy policy,
      Freshness freshness,
      Nonces nonces,
      TimeSource time) {
    this.hostId = hostId;
    this.roots = roots;
    this.policy = policy;
    this.freshness = freshness;
    this.nonces = nonces;
    this.time = time;
  }

  /**
   * Verifies an offer and claims its job. The caller records the attempt and then calls {@link
   * #taken}, or {@link #dropped} if it did not.
   *
   * @return what to run; all of it but the ids and the bundle's size was signed
   * @throws RefusedException why it is not run
   */
  Assignment admit(Offer offer) throws RefusedException {
    VerifiedJob job;
    try {
      job = roots.trust().verify(offer.job(), time.instant());
      JobTrust.requireTarget(job, offer.proof(), hostId);
    } catch (JobException e) {
      throw new RefusedException(refusal(e.reason()), String.valueOf(e.getMessage()));
    }
    freshness.require(job);
    policy.require(job);
    Assignment assignment = assignment(offer, job);
    nonces.claim(assignment.authority().nonce(), job.statement().expires());
    return assignment;
  }

  private static Assignment assignment(Offer offer, VerifiedJob job) throws RefusedException {
    JobStatement statement = job.statement();
    try {
      Work work =
          switch (statement.work()) {
            case JobWork.Command command -> new Work.Command(command.argv(), command.runAs());
            case JobWork.Action action ->
                new Work.Action(
                    action.bundle(),
                    action.version(),
                    action.action(),
                    action.manifest(),
                    offer.bundleSize(),
                    action.params(),
                    new SealedWith(statement.nonce(), offer.sealedKey()),
                    action.preview());
            case JobWork.Snapshot snapshot ->
                new Work.Snapshot(
                    snapshot.verb(), snapshot.id(), snapshot.force(), snapshot.shown());
            case JobWork.Checkpoint checkpoint ->
                new Work.Checkpoint(
                    checkpoint.verb(),
                    checkpoint.name(),
                    checkpoint.paths(),
                    checkpoint.force(),
                    checkpoint.shown());
            case JobWork.SandboxTest test -> new Work.SandboxTest(test.runAs());
          };
      return new Assignment(
          offer.id(),
          offer.jobId(),
          work,
          statement.env(),
          statement.timeout() == null ? Duration.ZERO : statement.timeout(),
          statement.expires(),
          new Authority(
              job.operator().name(),
              job.operator().roles(),
              job.path(),
              Nonces.key(job),
              statement.allowOlder(),
              statement.sandbox(),
              statement.capture()),
          new Bounds(statement.limits(), offer.limits()));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Refusal.ACTION_INVALID, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Remembers, durably, that the job was taken. Called once the attempt is in the ledger and before
   * anybody is told.
   *
   * @throws IOException if that failed: then it must not be run
   */
  void taken(Assignment assignment) throws IOException {
    nonces.record(assignment.authority().nonce(), expires(assignment));
  }

  /** Nothing of it is in the ledger: the job may be offered again. */
  void dropped(Assignment assignment) {
    nonces.release(assignment.authority().nonce());
  }

  /**
   * Makes sure that an attempt found in the ledger is remembered, too: the agent may have been
   * killed between the two.
   *
   * @throws IOException if that failed
   */
  void recovered(Assignment assignment) throws IOException {
    String nonce = assignment.authority().nonce();
    if (!nonce.isEmpty() && !nonces.knows(nonce)) {
      nonces.record(nonce, expires(assignment));
    }
  }

  private static Instant expires(Assignment assignment) {
    Instant expires = assignment.expiresAt();
    if (expires == null) {
      throw new IllegalStateException("a signed job has an expiry");
    }
    return expires;
  }

  private static Refusal refusal(JobException.Reason reason) {
    return switch (reason) {
      case UNSIGNED -> Refusal.JOB_UNSIGNED;
      case TOO_LARGE, MALFORMED, SIGNATURE_MALFORMED -> Refusal.JOB_MALFORMED;
      case WEAK_ALGORITHM -> Refusal.JOB_WEAK_ALGORITHM;
      case SIGNATURE_INVALID -> Refusal.JOB_ALTERED;
      case SIGNER_UNTRUSTED, SIGNER_UNNAMED -> Refusal.JOB_SIGNER_UNTRUSTED;
      case SIGNER_NOT_VALID_NOW -> Refusal.JOB_SIGNER_NOT_VALID_NOW;
      case SIGNER_WRONG_PURPOSE -> Refusal.JOB_SIGNER_WRONG_PURPOSE;
      case SIGNER_REVOKED -> Refusal.JOB_SIGNER_REVOKED;
      case NOT_YET_VALID -> Refusal.JOB_NOT_YET_VALID;
      case EXPIRED -> Refusal.EXPIRED;
      case NOT_A_TARGET -> Refusal.JOB_NOT_A_TARGET;
    };
  }
}
