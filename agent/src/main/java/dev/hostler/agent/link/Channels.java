package dev.hostler.agent.link;

import io.grpc.ManagedChannel;

/** Makes connections to controllers. */
public interface Channels {

  /**
   * A channel to one address, not yet connected. The caller shuts it down.
   *
   * @param address "HOST:PORT"
   */
  ManagedChannel open(String address);
}
