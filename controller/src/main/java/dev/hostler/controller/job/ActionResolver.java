package dev.hostler.controller.job;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Finds actions and checks their parameters. Thread-safe. */
@FunctionalInterface
public interface ActionResolver {

  /**
   * A resolved action.
   *
   * @param work what is done
   * @param ownTimeout the action's own limit; null if it has none
   */
  record Resolved(Work.Action work, @Nullable Duration ownTimeout) {}

  /**
   * Resolves.
   *
   * @throws dev.hostler.controller.failure.RequestException NOT_FOUND if there is no such bundle,
   *     version or action; INVALID if the parameters do not fit
   */
  Resolved resolve(JobRequest.ActionRequest request);
}
