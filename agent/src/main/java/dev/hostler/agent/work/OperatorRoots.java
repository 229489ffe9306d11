package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.trust.PinnedRoots;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.trust.job.JobTrust;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The operators that this host's owner trusts. Thread-safe. */
public final class OperatorRoots {
  private final PinnedRoots pinned;
  private final Supplier<RevocationPolicy> revocation;
  private @Nullable Made made;

  private record Made(List<X509Certificate> roots, RevocationPolicy revocation, JobTrust trust) {}

  /**
   * @param file PEM with the operator roots; read again whenever it changes; need not exist
   * @param revocation how revocation is checked now; asked for each job
   */
  public OperatorRoots(Path file, Supplier<RevocationPolicy> revocation) {
    this.pinned = new PinnedRoots(file);
    this.revocation = revocation;
  }

  /**
   * What decides whose jobs are taken now.
   *
   * @throws RefusedException OPERATOR_ROOTS_MISSING if nobody's are
   */
  synchronized JobTrust trust() throws RefusedException {
    List<X509Certificate> roots;
    try {
      roots = pinned.get();
    } catch (IOException e) {
      throw missing("the file " + pinned.file() + " cannot be used: " + e.getMessage());
    }
    if (roots.isEmpty()) {
      throw missing("put the certificates of operator roots (PEM) into " + pinned.file());
    }
    RevocationPolicy now = revocation.get();
    Made last = made;
    if (last == null || !last.roots().equals(roots) || !last.revocation().equals(now)) {
      last = new Made(roots, now, new JobTrust(roots, now));
      made = last;
    }
    return last.trust();
  }

  private static RefusedException missing(String fix) {
    return new RefusedException(
        Refusal.OPERATOR_ROOTS_MISSING, "this host trusts no operator, so it runs nothing: " + fix);
  }
}
