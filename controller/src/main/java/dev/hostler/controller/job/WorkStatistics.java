package dev.hostler.controller.job;

import dev.hostler.controller.db.Database;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What became of tasks, and what they used, by what they ran. Thread-safe. */
public final class WorkStatistics {
  private final Database database;
  private final WorkUseStore store = new WorkUseStore();

  /** Of the tasks of this database. */
  public WorkStatistics(Database database) {
    this.database = database;
  }

  /**
   * How tasks of a host ended.
   *
   * @param tasks how many, without those that were cancelled, refused or have expired
   * @param failed those that failed, timed out or were lost
   */
  public record Ended(long tasks, long failed) {}

  /** Of tasks that ended on a host, by bundle, version and action. */
  public List<WorkUse> ofHost(UUID hostId, Instant since) {
    return database.transact(transaction -> store.ofHost(transaction, hostId, since));
  }

  /** Of tasks of a bundle, by version and action. */
  public List<WorkUse> ofBundle(String bundle, Instant since) {
    return database.transact(transaction -> store.ofBundle(transaction, bundle, since));
  }

  /** Was there ever a job of it? */
  public boolean hasRun(String bundle) {
    return database.transact(transaction -> store.hasRun(transaction, bundle));
  }

  /** How tasks ended since then, by host; hosts without any are missing. */
  public Map<UUID, Ended> ended(Instant since) {
    Map<UUID, Ended> found = new HashMap<>();
    database
        .transact(transaction -> store.ended(transaction, since))
        .forEach((host, ended) -> found.put(host, new Ended(ended.tasks(), ended.failed())));
    return found;
  }
}
