package dev.hostler.controller.index;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Notices;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.failure.RequestException.Kind;
import dev.hostler.controller.revocation.Revocations;
import dev.hostler.controller.revocation.RevokedParties;
import dev.hostler.trust.bundle.Version;
import dev.hostler.trust.index.BundleVersion;
import dev.hostler.trust.index.IndexException;
import dev.hostler.trust.index.Revoked;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Drafts indexes, takes signed ones, and knows the one in force: also one that was pushed to
 * another controller on the same database. Thread-safe.
 */
public final class IndexService implements AutoCloseable {
  private static final String CHANNEL = "hostler_index";
  private static final int PAGE = 500;

  private final Database database;
  private final IndexStore store = new IndexStore();
  private final BundleService bundles;
  private final Revocations revocations;
  private final AuditStore audit;
  private final TimeSource time;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile @Nullable StoredIndex current;
  private @Nullable Notices notices;

  /** Not listening yet: see {@link #start}. */
  public IndexService(
      Database database,
      BundleService bundles,
      Revocations revocations,
      AuditStore audit,
      TimeSource time) {
    this.database = database;
    this.bundles = bundles;
    this.revocations = revocations;
    this.audit = audit;
    this.time = time;
  }

  /** Reads the index in force, and begins to listen to other controllers. */
  public void start() {
    refresh();
    notices = database.listen(CHANNEL, _ -> refresh(), time);
  }

  /** Called after another index has come into force. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** The index in force, without asking the database; null: none was ever pushed. */
  public @Nullable StoredIndex current() {
    return current;
  }

  /** Looks for a newer one, without waiting for PostgreSQL to tell of it. */
  public synchronized void refresh() {
    Optional<StoredIndex> newest = database.transact(store::newest);
    StoredIndex before = current;
    if (newest.isPresent()
        && (before == null || newest.get().index().number() > before.index().number())) {
      current = newest.get();
      listeners.forEach(Runnable::run);
    }
  }

  /**
   * What an index would say now.
   *
   * @param life how long it is to count
   * @throws RequestException INVALID
   */
  public TrustIndex draft(Duration life) {
    if (life.compareTo(Duration.ofMinutes(1)) < 0 || life.compareTo(TrustIndex.LONGEST_LIFE) > 0) {
      throw RequestException.invalid(
          "life", life, "use 1 minute to " + TrustIndex.LONGEST_LIFE.toDays() + " days");
    }
    Instant now = time.instant().truncatedTo(ChronoUnit.SECONDS);
    RevokedParties revoked = database.transact(revocations::read);
    long number = database.transact(store::newest).map(one -> one.index().number()).orElse(0L) + 1;
    return new TrustIndex(
        number,
        now,
        now.plus(life).truncatedTo(ChronoUnit.SECONDS),
        versions(revoked),
        new Revoked(
            new TreeSet<>(revoked.certificates()),
            new TreeSet<>(revoked.bundles()),
            new TreeSet<>(revoked.operators())));
  }

  private List<BundleVersion> versions(RevokedParties revoked) {
    List<BundleVersion> versions = new ArrayList<>();
    StoredBundle last = null;
    List<StoredBundle> page;
    do {
      page =
          bundles.list(
              "", last == null ? null : last.name(), last == null ? null : last.version(), PAGE);
      for (StoredBundle bundle : page) {
        versions.add(
            new BundleVersion(
                bundle.name(),
                Version.parse(bundle.version()),
                bundle.digest(),
                revoked.yanked().contains(bundle.digest())
                    || revoked.bundles().contains(bundle.digest())));
        last = bundle;
      }
    } while (page.size() == PAGE);
    return versions;
  }

  /**
   * Puts an index in force.
   *
   * @param actor who pushed it
   * @throws RequestException INVALID, or FAILED_PRECONDITION if it goes back, has expired or leaves
   *     out a revocation
   */
  public StoredIndex push(SignedIndex signed, Actor actor) {
    TrustIndex index;
    String signer;
    try {
      signer = signed.signer().certificate().getSubjectX500Principal().getName();
      index = TrustIndex.read(signed.statement());
    } catch (IndexException e) {
      throw new RequestException(Kind.INVALID, "index: " + e.reason() + ": " + e.getMessage(), e);
    }
    Instant now = time.instant().truncatedTo(ChronoUnit.MICROS);
    if (!now.isBefore(index.expires())) {
      throw failed("index.expires: it expired at " + index.expires() + "; draft and sign it again");
    }
    StoredIndex stored = new StoredIndex(index, signed, signer, now, actor.text());
    database.execute(transaction -> push(transaction, stored, actor));
    refresh();
    return stored;
  }

  private void push(Transaction transaction, StoredIndex stored, Actor actor) {
    store.lock(transaction);
    TrustIndex index = stored.index();
    Optional<StoredIndex> newest = store.newest(transaction);
    if (newest.isPresent() && newest.get().index().number() >= index.number()) {
      if (newest.get().signed().equals(stored.signed())) {
        return; // the same once more
      }
      throw failed(
          "index.number: %d is not above %d, which is in force; draft and sign it again"
              .formatted(index.number(), newest.get().index().number()));
    }
    RevokedParties revoked = revocations.read(transaction);
    if (!index.revoked().certificates().containsAll(revoked.certificates())
        || !index.revoked().operators().containsAll(revoked.operators())
        || !index.revoked().bundles().containsAll(revoked.bundles())
        || index.bundles().stream()
            .anyMatch(one -> !one.yanked() && revoked.yanked().contains(one.manifest()))) {
      throw failed(
          "index.revoked: something was revoked or yanked since this was drafted; draft and sign"
              + " it again");
    }
    store.insert(transaction, stored);
    store.tell(transaction, CHANNEL);
    audit.append(
        transaction,
        actor,
        "index.push",
        "index:" + index.number(),
        Map.of(
            "signer", stored.signer(),
            "expires", index.expires().toString(),
            "bundles", index.bundles().size()));
  }

  private static RequestException failed(String message) {
    return new RequestException(Kind.FAILED_PRECONDITION, message);
  }

  /** Stops listening. Idempotent. */
  @Override
  public void close() {
    Notices open = notices;
    if (open != null) {
      open.close();
    }
  }
}
