package dev.hostler.agent.link;

import java.time.Duration;
import java.util.List;

/**
 * How the agent reaches controllers.
 *
 * @param controllers "HOST:PORT", tried in turn; at least one
 * @param firstBackoff bound of the pause after the first failure
 * @param longestBackoff largest bound of a pause
 * @param lastingAfter a stream that was agreed on for this long counts as a success: pauses start
 *     over
 * @param answerWithin how long connecting and the controller's first frame may take
 * @param factsEvery how often facts are looked at
 */
public record LinkSettings(
    List<String> controllers,
    Duration firstBackoff,
    Duration longestBackoff,
    Duration lastingAfter,
    Duration answerWithin,
    Duration factsEvery) {
  /** Copies the list. */
  public LinkSettings {
    controllers = List.copyOf(controllers);
  }

  /** The usual values. */
  public static LinkSettings of(List<String> controllers) {
    return new LinkSettings(
        controllers,
        Duration.ofMillis(250),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Duration.ofSeconds(15),
        Duration.ofMinutes(1));
  }
}
