package dev.hostler.agent.config;

import dev.hostler.agent.network.NetworkPolicy;
import dev.hostler.agent.sandbox.Network;
import dev.hostler.agent.sandbox.SandboxUnsupportedException;
import dev.hostler.common.config.AddressRange;
import dev.hostler.common.config.ConfigSection;
import dev.hostler.trust.bundle.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads {@code [sandbox.network]}. */
final class NetworkSection {
  private static final String MOST = "most";
  private static final String PEERS = "peers";

  private NetworkSection() {}

  static NetworkPolicy read(ConfigSection section) {
    NetworkPolicy open = NetworkPolicy.OPEN;
    return new NetworkPolicy(
        most(section),
        section.has(PEERS) ? Optional.of(list(section, PEERS, Peer::parse)) : Optional.empty(),
        list(section, "never", AddressRange::parse),
        section.integer("connections", open.connections(), 1, NetworkPolicy.MOST_CONNECTIONS));
  }

  private static Network most(ConfigSection section) {
    try {
      return Network.ofWord(section.string(MOST).orElse(NetworkPolicy.OPEN.most().word()));
    } catch (SandboxUnsupportedException _) {
      section.problem(MOST, "use \"none\", \"loopback\", \"allow-list\" or \"host\"");
      return Network.NONE;
    }
  }

  private static <T> List<T> list(ConfigSection section, String key, Function<String, T> form) {
    List<T> all = new ArrayList<>();
    for (String text : section.strings(key, List.of())) {
      try {
        all.add(form.apply(text));
      } catch (IllegalArgumentException e) {
        section.problem(key, "\"" + text + "\": " + e.getMessage());
      }
    }
    return all;
  }
}
