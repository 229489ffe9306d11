package dev.hostler.controller.job;

import dev.hostler.controller.db.Transaction;
import dev.hostler.trust.job.JobWork;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Keeps what jobs say of checkpoints, in the transactions of the jobs. Thread-safe. */
public interface CheckpointKeeper {
  /** For where nobody keeps it. */
  CheckpointKeeper NONE =
      new CheckpointKeeper() {
        @Override
        public void submitted(
            Transaction transaction, JobWork.Checkpoint asked, Job job, Collection<UUID> hostIds) {}

        @Override
        public void told(Transaction transaction, List<Told> told) {}
      };

  /**
   * What a host says.
   *
   * @param hostId which
   * @param jobId in the result of which job
   * @param held what it has
   */
  record Told(UUID hostId, UUID jobId, CheckpointHeld held) {}

  /**
   * Something is asked of hosts.
   *
   * @throws dev.hostler.controller.failure.RequestException if it may not be; the job is not taken
   */
  void submitted(
      Transaction transaction, JobWork.Checkpoint asked, Job job, Collection<UUID> hostIds);

  /** Hosts have told what they have now. */
  void told(Transaction transaction, List<Told> told);
}
