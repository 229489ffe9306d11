package dev.hostler.controller.revocation;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Notices;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.revocation.Revocation.Kind;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Revokes, and knows at any moment what is revoked: also what another controller on the same
 * database has revoked, as soon as PostgreSQL says so. Thread-safe.
 */
public final class Revocations implements AutoCloseable {
  private static final String CHANNEL = "hostler_revocations";
  private static final int MAX_REASON = 500;

  private final Database database;
  private final RevocationStore store = new RevocationStore();
  private final AuditStore audit;
  private final TimeSource time;
  private final List<Consumer<RevokedParties>> listeners = new CopyOnWriteArrayList<>();
  private volatile RevokedParties current = RevokedParties.NOBODY;
  private @Nullable Notices notices;

  /** Not listening yet: see {@link #start}. */
  public Revocations(Database database, AuditStore audit, TimeSource time) {
    this.database = database;
    this.audit = audit;
    this.time = time;
  }

  /** Reads what is revoked, and begins to listen to other controllers. */
  public void start() {
    refresh();
    notices = database.listen(CHANNEL, _ -> refresh(), time);
  }

  /** Called with all that is revoked after each change, and possibly without one. */
  public void onChange(Consumer<RevokedParties> listener) {
    listeners.add(listener);
  }

  /** What is revoked now, without asking the database. */
  public RevokedParties current() {
    return current;
  }

  private synchronized void refresh() {
    RevokedParties now = read();
    if (!now.equals(current)) {
      current = now;
      listeners.forEach(listener -> listener.accept(now));
    }
  }

  private RevokedParties read() {
    return database.transact(transaction -> RevokedParties.of(store.all(transaction)));
  }

  /** What is revoked, as a transaction sees it. */
  public RevokedParties read(Transaction transaction) {
    return RevokedParties.of(store.all(transaction));
  }

  /**
   * Revokes. When this returns, this controller acts on it; the others do within a moment.
   *
   * @return what is there now: for something that was revoked before, the earlier one
   * @throws RequestException INVALID
   */
  public Revocation revoke(Kind kind, String value, String reason, String operator) {
    if (!kind.takes(value)) {
      throw RequestException.invalid("value", value, kind.fix());
    }
    if (reason.length() > MAX_REASON) {
      throw RequestException.invalid("reason", reason, "at most " + MAX_REASON + " characters");
    }
    Revocation made =
        new Revocation(
            kind, value, reason, time.instant().truncatedTo(ChronoUnit.MICROS), operator);
    Revocation there =
        database.transact(transaction -> {
          if (!store.insert(transaction, made)) {
            return store.find(transaction, kind, value).orElse(made);
          }
          store.tell(transaction, CHANNEL);
          audit.append(
              transaction,
              Actor.operator(operator),
              kind == Kind.YANK ? "bundle.yank" : word(kind) + ".revoke",
              (kind == Kind.YANK ? "bundle" : word(kind)) + ":" + value,
              Map.of("reason", reason));
          return made;
        });
    refresh();
    return there;
  }

  /**
   * Takes back a yank.
   *
   * @throws RequestException NOT_FOUND
   */
  public Revocation lift(String manifest, String operator) {
    Revocation lifted =
        database.transact(transaction -> {
          Revocation there =
              store
                  .find(transaction, Kind.YANK, manifest)
                  .orElseThrow(() ->
                      RequestException.notFound(
                          "manifest_digest", manifest, "that bundle is not yanked"));
          store.delete(transaction, Kind.YANK, manifest);
          store.tell(transaction, CHANNEL);
          audit.append(
              transaction,
              Actor.operator(operator),
              "bundle.unyank",
              "bundle:" + manifest,
              Map.of());
          return there;
        });
    refresh();
    return lifted;
  }

  /** Newest first. */
  public List<Revocation> list() {
    return database.transact(store::all);
  }

  private static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
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
