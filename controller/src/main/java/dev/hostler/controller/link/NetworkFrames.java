package dev.hostler.controller.link;

import dev.hostler.controller.job.NetworkUse;
import dev.hostler.proto.v1.PeerUse;

/** What hosts tell of attempts' networks, bounded. */
final class NetworkFrames {
  /** A name and a port. */
  private static final int LONGEST_PEER = 260;

  private NetworkFrames() {}

  static NetworkUse use(dev.hostler.proto.v1.NetworkUse use) {
    return new NetworkUse(
        Math.max(0, use.getConnections()),
        Math.max(0, use.getRefused()),
        Math.max(0, use.getMostAtOnce()),
        Math.max(0, use.getSentBytes()),
        Math.max(0, use.getReceivedBytes()),
        use.getPeersList().stream().limit(NetworkUse.MOST_PEERS).map(NetworkFrames::peer).toList());
  }

  private static NetworkUse.OfPeer peer(PeerUse peer) {
    String name = FromAgent.text(peer.getPeer());
    return new NetworkUse.OfPeer(
        name.length() <= LONGEST_PEER ? name : name.substring(0, LONGEST_PEER),
        Math.max(0, peer.getConnections()),
        Math.max(0, peer.getSentBytes()),
        Math.max(0, peer.getReceivedBytes()));
  }
}
