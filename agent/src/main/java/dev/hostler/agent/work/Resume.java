package dev.hostler.agent.work;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.output.OutputPump;
import java.util.List;
import java.util.Set;

/**
 * What a controller says at the start of a connection.
 *
 * @param windowBytes how much of one output stream may be sent without an acknowledgement
 * @param positions where output continues; streams that are not named start at 0
 * @param unknown attempts that are to be ended and forgotten
 */
public record Resume(
    long windowBytes, List<OutputPump.Position> positions, Set<AttemptId> unknown) {
  /** Copies the collections. */
  public Resume {
    positions = List.copyOf(positions);
    unknown = Set.copyOf(unknown);
  }
}
