package dev.hostler.controller.usage;

import dev.hostler.controller.job.AttemptRef;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was measured, of whom and when.
 *
 * @param at end of the stretch; by the controller's clock
 * @param hostId the host
 * @param subject on it
 * @param sample what was used
 */
public record Measured(Instant at, UUID hostId, Subject subject, Sample sample) {

  /** Of what. */
  public sealed interface Subject {
    /** The host itself. */
    record WholeHost() implements Subject {}

    /**
     * An attempt.
     *
     * @param ref which
     * @param jobId of which job
     * @param bundle what it runs; null: a command
     * @param action see {@code bundle}
     */
    record Attempt(AttemptRef ref, UUID jobId, @Nullable String bundle, @Nullable String action)
        implements Subject {}
  }
}
