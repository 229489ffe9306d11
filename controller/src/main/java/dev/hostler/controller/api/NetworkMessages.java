package dev.hostler.controller.api;

import dev.hostler.controller.job.NetworkUse;
import dev.hostler.proto.v1.PeerUse;

/** What attempts did over the network, as messages. */
final class NetworkMessages {
  private NetworkMessages() {}

  static dev.hostler.proto.v1.NetworkUse use(NetworkUse use) {
    dev.hostler.proto.v1.NetworkUse.Builder message =
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
