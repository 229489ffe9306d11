package dev.hostler.controller.checkpoint;

import java.time.Instant;
import java.util.List;

/**
 * A named point.
 *
 * @param name unique
 * @param paths what is kept
 * @param createdAt when it was first asked for
 * @param createdBy the operator who asked
 */
public record Checkpoint(String name, List<String> paths, Instant createdAt, String createdBy) {
  /** Copies the list. */
  public Checkpoint {
    paths = List.copyOf(paths);
  }
}
