package dev.hostler.controller.host;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which certificates and which roots of the fleet CA hosts have. Thread-safe. */
public final class HostCertificates {
  private final Database database;
  private final HostCertificateStore store;

  /** Keeps them in {@code database}. */
  public HostCertificates(Database database, HostCertificateStore store) {
    this.database = database;
    this.store = store;
  }

  /** How a certificate stands to what was issued to its host. */
  public enum Standing {
    /** The host is not in the fleet. */
    NO_HOST,
    /** The newest one. */
    NEWEST,
    /** The one before the newest, which was not used yet. */
    BEFORE,
    /** An older one, or not one of this host. */
    SUPERSEDED
  }

  /**
   * Looks at a certificate of a host, and makes other renewals of the host and its removal wait
   * until the transaction ends.
   */
  public Standing lock(Transaction transaction, UUID hostId, String fingerprint) {
    return store.lock(transaction, hostId, fingerprint);
  }

  /**
   * Records that {@code newer} was issued.
   *
   * @param present certificate that it was asked for with, which may be used to ask again; null:
   *     none
   */
  public void renewed(
      Transaction transaction, UUID hostId, @Nullable String present, HostCertificate newer) {
    store.renewed(transaction, hostId, present, newer);
  }

  /**
   * A host connected: certificates before the one that it used cannot be renewed any more.
   *
   * @param fingerprint of that certificate; empty: not known
   * @param roots that it holds, as digests in hex
   */
  public void connected(UUID hostId, String fingerprint, Collection<String> roots) {
    database.execute(transaction -> store.connected(transaction, hostId, fingerprint, roots));
  }

  /**
   * Counts hosts.
   *
   * @param all of the fleet
   * @param moved of them, those that hold a root and have a certificate from it
   */
  public record Progress(long all, long moved) {}

  /** How many hosts have moved to a root, named by its digest in hex. */
  public Progress progress(Transaction transaction, String root) {
    return store.progress(transaction, root);
  }

  /**
   * A host that has not moved to a root.
   *
   * @param host which
   * @param holdsRoot does it hold the root?
   * @param hasCertificate is its newest certificate from that root?
   */
  public record Unmoved(Host host, boolean holdsRoot, boolean hasCertificate) {}

  /** Hosts that have not moved to a root, by name. */
  public List<Unmoved> unmoved(Transaction transaction, String root, int limit) {
    return store.unmoved(transaction, root, limit);
  }
}
