package dev.hostler.controller.job;

import dev.hostler.controller.db.Transaction;
import java.util.List;
import java.util.UUID;

/** The SQL by which tasks of jobs that ended long ago are removed. Thread-safe. */
final class OldTaskStore {
  /** The ids of a job's tasks after one of them, in order. */
  List<UUID> idsAfter(Transaction transaction, UUID jobId, UUID after, int most) {
    return transaction
        .handle()
        .createQuery(
            "SELECT id FROM tasks WHERE job_id = :job AND id > :after ORDER BY id LIMIT :most")
        .bind("job", jobId)
        .bind("after", after)
        .bind("most", most)
        .mapTo(UUID.class)
        .list();
  }

  /**
   * Removes tasks of a job, with their attempts and what belongs to those.
   *
   * @return how many; fewer than {@code most}: none is left
   */
  int remove(Transaction transaction, UUID jobId, int most) {
    return transaction
        .handle()
        .createUpdate(
            """
            DELETE FROM tasks WHERE id IN (
              SELECT id FROM tasks WHERE job_id = :job LIMIT :most)
            """)
        .bind("job", jobId)
        .bind("most", most)
        .execute();
  }
}
