package dev.hostler.controller.host;

import java.util.UUID;

/** The live streams of agents, as far as this package needs them. Thread-safe. */
public interface HostConnections {

  /** Does this controller hold a stream of that host's agent? */
  boolean isConnected(UUID hostId);

  /** Closes the stream of a host that may not be served any more; nothing if there is none. */
  void disconnect(UUID hostId);
}
