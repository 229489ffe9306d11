package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.BundleCache;
import dev.hostler.agent.trust.TrustSettings;
import dev.hostler.agent.trust.TrustState;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends running work whose operator, signer or bundle was revoked, if the host's policy says so.
 * Thread-safe.
 */
final class RevokedWork {
  private static final Logger log = LoggerFactory.getLogger(RevokedWork.class);

  private final TrustState trust;
  private final BundleCache bundles;
  private final Set<Watch> running = ConcurrentHashMap.newKeySet();

  RevokedWork(TrustState trust, BundleCache bundles) {
    this.trust = trust;
    this.bundles = bundles;
    // Not on the thread that brought the news: signatures are verified again.
    trust.onChange(
        () -> Thread.ofVirtual().name("revoked-work").start(() -> running.forEach(this::look)));
  }

  /** Looks after one run until it is closed. */
  final class Watch implements AutoCloseable {
    private final Assignment assignment;
    private final Runnable end;
    private volatile @Nullable String reason;

    private Watch(Assignment assignment, Runnable end) {
      this.assignment = assignment;
      this.end = end;
    }

    /** Why the run was ended; null if it was not. */
    @Nullable String reason() {
      return reason;
    }

    @Override
    public void close() {
      running.remove(this);
    }
  }

  /**
   * Watches a run.
   *
   * @param end ends it; called at most once
   */
  Watch watch(Assignment assignment, Runnable end) {
    Watch watch = new Watch(assignment, end);
    running.add(watch);
    look(watch); // what was revoked after it was admitted and before this
    return watch;
  }

  private void look(Watch watch) {
    String why = revoked(watch.assignment);
    if (why == null || trust.running() == TrustSettings.Running.FINISH) {
      return;
    }
    synchronized (watch) {
      if (watch.reason != null) {
        return;
      }
      watch.reason = why;
    }
    log.warn("attempt {} is ended: {}", watch.assignment.id(), why);
    watch.end.run();
  }

  private @Nullable String revoked(Assignment assignment) {
    String why = trust.revokedOperator(assignment.operator(), assignment.authority().path());
    if (why == null && assignment.work() instanceof Work.Action action) {
      why = trust.revokedBundle(action.manifestDigest());
      if (why == null) {
        why = bundles.revokedSigner(action.manifestDigest());
      }
    }
    return why;
  }
}
