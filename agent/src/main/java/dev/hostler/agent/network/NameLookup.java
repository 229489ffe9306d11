package dev.hostler.agent.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Asks for the addresses of a host. */
@FunctionalInterface
public interface NameLookup {
  /**
   * The addresses that it has now; at least one.
   *
   * @throws UnknownHostException if it has none, or nobody answers in time
   */
  List<InetAddress> lookup(String name) throws UnknownHostException, InterruptedException;

  /** As this host's own programs do. */
  static NameLookup system() {
    return SystemLookup.INSTANCE;
  }
}
