package dev.hostler.cli.job;

import dev.hostler.trust.bundle.Peer;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The smallest network in which a recorded run would have done the same.
 *
 * @param network "none", "loopback", "allow-list" or "host"
 * @param peers with "allow-list": whom it may connect to
 * @param beware what to look at
 */
record Reach(String network, SortedSet<String> peers, List<String> beware) {
  /** As many as a bundle may name. */
  private static final int MOST_PEERS = 100;

  static Reach of(Learned learned) {
    SortedSet<String> peers = new TreeSet<>(learned.peers());
    peers.removeIf(peer -> peer.startsWith("unix:"));
    List<String> listens =
        learned.listens().stream().filter(address -> !address.startsWith("unix:")).toList();
    if (peers.isEmpty() && listens.isEmpty()) {
      return just("none");
    }
    // Its own loopback interface is enough for a program that only talks to itself.
    if (peers.stream().allMatch(Reach::isOwn)
        && listens.stream().allMatch(Reach::isOwn)
        && listens.containsAll(peers)) {
      return just("loopback");
    }
    if (!listens.isEmpty()) {
      return just("host");
    }
    // Names are asked for by the proxy of an allow-list.
    peers.removeIf(peer -> peer.endsWith(":53"));
    if (peers.isEmpty()) {
      return new Reach(
          "none",
          peers,
          List.of("it asks for names and connects to nobody; without a network it gets no answer"));
    }
    if (peers.size() > MOST_PEERS || !peers.stream().allMatch(Reach::isPeer)) {
      return just("host");
    }
    return new Reach(
        "allow-list",
        peers,
        List.of(
            "its peers are the addresses of this run: write NAME:PORT for those that have a name",
            "an allow-list lets TCP through: if it speaks UDP to them, it needs network = \"host\""));
  }

  private static Reach just(String network) {
    return new Reach(network, new TreeSet<>(), List.of());
  }

  private static boolean isOwn(String address) {
    return address.startsWith("127.") || address.startsWith("[::1]:");
  }

  private static boolean isPeer(String text) {
    try {
      Peer.parse(text);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
