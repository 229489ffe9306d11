package dev.hostler.trust.bundle;

import dev.hostler.trust.json.Problems;
import java.util.HashSet;
import java.util.Set;

/** What the peers of an action must obey. */
final class PeerRules {
  /** Connections at once where a bundle does not say. */
  static final long USUAL_CONNECTIONS = 32;

  private static final long MOST_CONNECTIONS = 400;
  private static final int MOST_PEERS = 100;

  private PeerRules() {}

  /**
   * Checks them.
   *
   * @param path of the sandbox, with a dot at its end
   */
  static void check(Manifest.Sandbox sandbox, String path, Problems problems) {
    if (sandbox.network() != Manifest.Network.ALLOW_LIST) {
      absent(sandbox, path, problems);
      return;
    }
    if (sandbox.peers().isEmpty() || sandbox.peers().size() > MOST_PEERS) {
      problems.add(
          path + "peers",
          "has " + sandbox.peers().size() + " entries",
          "name 1 to " + MOST_PEERS + " peers, or use network = \"none\"");
    }
    Set<Peer> seen = new HashSet<>();
    for (String text : sandbox.peers()) {
      try {
        if (!seen.add(Peer.parse(text))) {
          problems.add(path + "peers", Problems.show(text) + " is named twice", "name it once");
        }
      } catch (IllegalArgumentException e) {
        problems.add(
            path + "peers", Problems.show(text) + " is not a peer", String.valueOf(e.getMessage()));
      }
    }
    if (sandbox.connections() < 1 || sandbox.connections() > MOST_CONNECTIONS) {
      problems.add(
          path + "connections",
          sandbox.connections() + " connections is out of range",
          "use 1 to " + MOST_CONNECTIONS);
    }
  }

  private static void absent(Manifest.Sandbox sandbox, String path, Problems problems) {
    String fix = "use network = \"allow-list\", or leave it out";
    if (!sandbox.peers().isEmpty()) {
      problems.add(
          path + "peers", "is there with network = \"" + sandbox.network().text() + "\"", fix);
    }
    if (sandbox.connections() != 0) {
      problems.add(
          path + "connections",
          "is there with network = \"" + sandbox.network().text() + "\"",
          fix);
    }
  }
}
