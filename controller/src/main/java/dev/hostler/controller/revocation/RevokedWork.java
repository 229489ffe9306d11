package dev.hostler.controller.revocation;

import dev.hostler.common.signing.Fingerprints;
import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobService;
import dev.hostler.controller.job.JobState;
import dev.hostler.controller.job.Work;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.SignedJob;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the work of what was revoked: jobs of a revoked operator or signed by a certificate that
 * was, and jobs that run a revoked bundle or one by a revoked signer. Their queued tasks never
 * start. What runs is for each host to judge by its own policy, when the index tells it.
 * Thread-safe.
 */
public final class RevokedWork implements Consumer<RevokedParties> {
  private static final Logger LOG = LoggerFactory.getLogger(RevokedWork.class);
  private static final int PAGE = 500;

  private final JobService jobs;
  private final BundleService bundles;

  /** Of these jobs. */
  public RevokedWork(JobService jobs, BundleService bundles) {
    this.jobs = jobs;
    this.bundles = bundles;
  }

  @Override
  public void accept(RevokedParties revoked) {
    for (Job job : running()) {
      if (job.counts().queued() > 0 && isRevoked(job, revoked)) {
        try {
          LOG.info("job {} of operator {} is stopped: revoked", job.id(), job.operator());
          jobs.stopQueued(job.id(), "revoked");
        } catch (RuntimeException e) {
          LOG.error("job {} was revoked but could not be stopped", job.id(), e);
        }
      }
    }
  }

  private List<Job> running() {
    List<Job> all = new ArrayList<>();
    UUID last = null;
    List<Job> page;
    do {
      page = jobs.list(last, JobState.RUNNING, PAGE);
      all.addAll(page);
      last = page.isEmpty() ? null : page.getLast().id();
    } while (page.size() == PAGE);
    return all;
  }

  private boolean isRevoked(Job job, RevokedParties revoked) {
    if (revoked.operators().contains(job.operator()) || isOperatorsCertificate(job, revoked)) {
      return true;
    }
    return job.work() instanceof Work.Action action
        && (revoked.bundles().contains(action.manifestDigest())
            || isSignerRevoked(action, revoked));
  }

  private boolean isOperatorsCertificate(Job job, RevokedParties revoked) {
    if (revoked.certificates().isEmpty()) {
      return false;
    }
    try {
      SignedJob signed = jobs.signed(job.id()).orElse(null);
      return signed != null
          && signed.signer().chain().stream()
              .map(Fingerprints::sha256)
              .anyMatch(one -> revoked.certificates().contains(one));
    } catch (JobException | RequestException e) {
      return false; // no host takes it, or it is not here any more
    }
  }

  private boolean isSignerRevoked(Work.Action action, RevokedParties revoked) {
    if (revoked.certificates().isEmpty()) {
      return false;
    }
    try {
      StoredBundle bundle = bundles.get(action.bundle(), action.version());
      return bundle.digest().equals(action.manifestDigest())
          && revoked.certificates().contains(bundle.signerFingerprint());
    } catch (RequestException e) {
      return false; // it is not here any more
    }
  }
}
