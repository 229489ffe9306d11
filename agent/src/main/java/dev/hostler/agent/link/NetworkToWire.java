package dev.hostler.agent.link;

import dev.hostler.agent.attempt.NetworkUse;
import dev.hostler.proto.v1.PeerUse;

/** What attempts did over the network, as messages. */
final class NetworkToWire {
  private NetworkToWire() {}

  static dev.hostler.proto.v1.NetworkUse use(NetworkUse use) {
    var message =
        dev.hostler.proto.v1.NetworkUse.newBuilder()
            .setConnections(use.connections())
            .setRefused(use.refused())
            .setMostAtOnce((int) use.mostAtOnce())
            .setSentBytes(use.sentBytes())
            .setReceivedBytes(use.receivedBytes());
    for (NetworkUse.OfPeer one : use.peers()) {
      message.addPeers(
          PeerUse.newBuilder()
              .setPeer(one.peer())
              .setConnections(one.connections())
              .setSentBytes(one.sentBytes())
              .setReceivedBytes(one.receivedBytes()));
    }
    return message.build();
  }
}
