package dev.hostler.controller.job;

import dev.hostler.controller.db.Database;
import dev.hostler.trust.job.TargetProof;
import dev.hostler.trust.job.TargetTree;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The Merkle trees of the jobs that are being handed out, so that a proof costs no more than a few
 * look-ups. What is used least is dropped, and made again from the tasks when it is needed.
 * Thread-safe.
 */
final class TargetTrees {
  /** At about 200 bytes for a host, 50 MB. */
  private static final int MAX_HOSTS = 250_000;

  private final Database database;
  private final TaskStore tasks;
  private final int maxHosts;
  private final Map<UUID, Made> trees = new LinkedHashMap<>(16, 0.75f, true);
  private long hosts;

  private record Made(TargetTree tree, int hosts) {}

  TargetTrees(Database database, TaskStore tasks) {
    this(database, tasks, MAX_HOSTS);
  }

  TargetTrees(Database database, TaskStore tasks, int maxHosts) {
    this.database = database;
    this.tasks = tasks;
    this.maxHosts = maxHosts;
  }

  /** That a host is among a job's targets. Waits for the database if the tree is not here. */
  synchronized TargetProof proof(UUID jobId, UUID hostId) {
    Made made = trees.get(jobId);
    if (made == null) {
      List<String> ids =
          database.transact(transaction -> tasks.hosts(transaction, jobId)).stream()
              .map(UUID::toString)
              .toList();
      made = new Made(TargetTree.of(ids), ids.size());
      keep(jobId, made);
    }
    return made.tree().proof(hostId.toString());
  }

  /** Keeps a tree that was just made. */
  synchronized void keep(UUID jobId, TargetTree tree) {
    keep(jobId, new Made(tree, tree.targets().count()));
  }

  private void keep(UUID jobId, Made made) {
    Made before = trees.put(jobId, made);
    hosts += made.hosts() - (before == null ? 0 : before.hosts());
    var oldest = trees.entrySet().iterator();
    while (hosts > maxHosts && trees.size() > 1) {
      hosts -= oldest.next().getValue().hosts();
      oldest.remove();
    }
  }

  /** How many trees and hosts are kept, for tests. */
  synchronized List<Long> sizes() {
    return List.of((long) trees.size(), hosts);
  }
}
