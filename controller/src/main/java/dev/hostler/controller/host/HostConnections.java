package dev.hostler.controller.host;

import java.util.Collection;
import java.util.UUID;

/** The live streams of agents, as far as this package needs them. Thread-safe. */
public interface HostConnections {

  /** Does this controller hold a stream of that host's agent? */
  boolean isConnected(UUID hostId);

  /** The hosts of which it does. */
  Collection<UUID> connected();

  /** Ends the calls of a host that may not be served any more; nothing if there is none. */
  void disconnect(UUID hostId);
}
