package dev.hostler.agent.network;

import dev.hostler.agent.sandbox.Network;
import dev.hostler.common.config.AddressRange;
import dev.hostler.trust.bundle.Peer;
import java.util.List;
import java.util.Optional;

/**
 * What this host lets programs reach at most, whatever their bundle declares.
 *
 * @param most the widest network; what declares a wider one is refused
 * @param peers with an allow-list, only those of these; empty: whatever is declared
 * @param never with an allow-list, none of these
 * @param connections with an allow-list, how many an attempt has at once at most
 */
public record NetworkPolicy(
    Network most, Optional<List<Peer>> peers, List<AddressRange> never, int connections) {
  /** Connections at once that one attempt can have at most anywhere. */
  public static final int MOST_CONNECTIONS = 400;

  /** Whatever is declared. */
  public static final NetworkPolicy OPEN =
      new NetworkPolicy(Network.HOST, Optional.empty(), List.of(), MOST_CONNECTIONS);

  public NetworkPolicy {
    peers = peers.map(List::copyOf);
    never = List.copyOf(never);
  }

  /** Does the host permit this network? */
  public boolean permits(Network network) {
    return network.compareTo(most) <= 0;
  }
}
