package dev.hostler.agent.attempt;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What this host has of a checkpoint after an attempt that was about it.
 *
 * @param name of the checkpoint
 * @param snapshot the id of the snapshot that it is; empty: this host has none
 * @param taken when; null if there is none
 * @param entries how many paths it has, absences among them
 * @param bytes how much their files come to
 * @param storedBytes how much of that it added to what this host keeps
 * @param removed was it removed because an operator said so?
 */
public record CheckpointHeld(
    String name,
    String snapshot,
    @Nullable Instant taken,
    long entries,
    long bytes,
    long storedBytes,
    boolean removed) {
  /**
   * There is none.
   *
   * @param removed because an operator said so?
   */
  public static CheckpointHeld none(String name, boolean removed) {
    return new CheckpointHeld(name, "", null, 0, 0, 0, removed);
  }
}
