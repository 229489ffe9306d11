package dev.hostler.agent.attempt;

import java.util.List;

/**
 * What an attempt with an allow-list did over the network. Bytes are those of its streams, without
 * what protocols below add.
 *
 * @param connections that were made
 * @param refused wishes to connect, or to know a name, that were denied
 * @param mostAtOnce highest number of connections at once
 * @param sentBytes from the program to its peers
 * @param receivedBytes from its peers to the program
 * @param peers by peer, as the program named it; at most 65 kinds
 */
public record NetworkUse(
    long connections,
    long refused,
    long mostAtOnce,
    long sentBytes,
    long receivedBytes,
    List<OfPeer> peers) {
  /** Nothing was done, or nothing is known. */
  public static final NetworkUse NONE = new NetworkUse(0, 0, 0, 0, 0, List.of());

  public NetworkUse {
    peers = List.copyOf(peers);
  }

  /**
   * What was done with one peer.
   *
   * @param peer NAME:PORT or ADDRESS:PORT
   * @param connections that were made
   * @param sentBytes to it
   * @param receivedBytes from it
   */
  public record OfPeer(String peer, long connections, long sentBytes, long receivedBytes) {}
}
