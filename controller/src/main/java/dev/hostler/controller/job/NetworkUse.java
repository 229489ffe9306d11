package dev.hostler.controller.job;

import java.util.List;

/**
 * What an attempt with an allow-list of peers did over the network, as its host counted it.
 *
 * @param connections that were made
 * @param refused wishes to connect, or to know a name, that were denied
 * @param mostAtOnce highest number of connections at once
 * @param sentBytes from the program to its peers
 * @param receivedBytes from its peers to the program
 * @param peers by peer; at most {@value #MOST_PEERS}
 */
public record NetworkUse(
    long connections,
    long refused,
    long mostAtOnce,
    long sentBytes,
    long receivedBytes,
    List<OfPeer> peers) {
  /** Kinds of peers that hosts tell. */
  public static final int MOST_PEERS = 65;

  /** Copies the list. */
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
