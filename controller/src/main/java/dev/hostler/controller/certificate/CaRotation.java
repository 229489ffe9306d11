package dev.hostler.controller.certificate;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.failure.RequestException.Kind;
import dev.hostler.controller.host.HostCertificates;
import dev.hostler.controller.host.HostCertificates.Progress;
import dev.hostler.controller.host.HostCertificates.Unmoved;
import dev.hostler.controller.trust.AgentCertificates;
import dev.hostler.controller.trust.FleetCa;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Replaces the fleet CA while the fleet goes on. Thread-safe. */
public final class CaRotation {
  private static final int LISTED = 1000;
  private static final int NAMED = 5;

  private final Database database;
  private final AuditStore audit;
  private final FleetCa ca;
  private final HostCertificates hosts;

  /** For one fleet. */
  public CaRotation(Database database, AuditStore audit, FleetCa ca, HostCertificates hosts) {
    this.database = database;
    this.audit = audit;
    this.ca = ca;
    this.hosts = hosts;
  }

  /**
   * Where it stands.
   *
   * @param roots that are trusted, newest first
   * @param progress how many hosts have moved to the newest one
   * @param unmoved those that have not, at most 1,000; empty when no rotation is under way
   */
  public record Standing(List<X509Certificate> roots, Progress progress, List<Unmoved> unmoved) {}

  /** Where it stands. */
  public Standing standing() {
    return database.transact(this::standing);
  }

  private Standing standing(Transaction transaction) {
    List<X509Certificate> roots = ca.roots();
    String newest = AgentCertificates.fingerprint(roots.getFirst());
    return new Standing(
        roots,
        hosts.progress(transaction, newest),
        roots.size() > 1 ? hosts.unmoved(transaction, newest, LISTED) : List.of());
  }

  /**
   * Begins: makes a new root.
   *
   * @throws RequestException FAILED_PRECONDITION if that cannot be done now
   */
  public Standing begin(Actor actor) {
    database.execute(transaction -> {
      audit.append(transaction, actor, "ca.rotate", "ca", Map.of("from", newest()));
      ca.rotate(); // last: it cannot be undone
    });
    return standing();
  }

  /**
   * Ends: the old root is trusted no longer.
   *
   * @param force also if hosts have not moved, which are lost then
   * @throws RequestException FAILED_PRECONDITION if no rotation is under way, or hosts have not
   *     moved
   */
  public Standing finish(Actor actor, boolean force) {
    database.execute(transaction -> {
      Standing now = standing(transaction);
      long left = now.progress.all() - now.progress.moved();
      if (left > 0 && !force && ca.isRotating()) {
        throw new RequestException(
            Kind.FAILED_PRECONDITION,
            left
                + " host(s) have not moved to the new CA: "
                + now.unmoved.stream()
                    .limit(NAMED)
                    .map(one -> one.host().name())
                    .collect(Collectors.joining(", "))
                + (left > NAMED ? ", ..." : "")
                + "; see `hostler ca show`, wait until they have been connected, remove them, or"
                + " leave them behind with --force (they must be enrolled again then)");
      }
      audit.append(
          transaction, actor, "ca.finish", "ca", Map.of("to", newest(), "left_behind", left));
      ca.finish(); // last: it cannot be undone
    });
    return standing();
  }

  private String newest() {
    return AgentCertificates.fingerprint(ca.issuing());
  }
}
