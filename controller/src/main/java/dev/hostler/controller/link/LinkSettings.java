package dev.hostler.controller.link;

import java.time.Duration;

/**
 * What can be configured of the agent link.
 *
 * @param heartbeatInterval how often agents send a heartbeat; a stream without any frame for three
 *     times as long is dead
 * @param outputWindowBytes how many bytes of one output stream may be under way unacknowledged
 * @param reconnectAfter how long agents wait at least when this controller goes away
 * @param version version of this program
 */
public record LinkSettings(
    Duration heartbeatInterval, long outputWindowBytes, Duration reconnectAfter, String version) {

  /** For a fleet of any size. */
  public static LinkSettings defaults(String version) {
    return new LinkSettings(Duration.ofSeconds(10), 8L << 20, Duration.ofSeconds(1), version);
  }

  /** The same with heartbeats as often as this. */
  public LinkSettings withHeartbeat(Duration interval) {
    return new LinkSettings(interval, outputWindowBytes, reconnectAfter, version);
  }
}
