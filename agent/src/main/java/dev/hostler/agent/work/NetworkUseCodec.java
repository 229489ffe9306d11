package dev.hostler.agent.work;

import dev.hostler.agent.attempt.NetworkUse;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What an attempt did over the network, in a ledger's record. Older records end before it. */
final class NetworkUseCodec {
  private static final int MOST = 65;

  private NetworkUseCodec() {}

  static void write(DataOutputStream out, NetworkUse use) throws IOException {
    out.writeLong(use.connections());
    out.writeLong(use.refused());
    out.writeLong(use.mostAtOnce());
    out.writeLong(use.sentBytes());
    out.writeLong(use.receivedBytes());
    out.writeInt(use.peers().size());
    for (NetworkUse.OfPeer one : use.peers()) {
      RecordCodec.writeText(out, one.peer());
      out.writeLong(one.connections());
      out.writeLong(one.sentBytes());
      out.writeLong(one.receivedBytes());
    }
  }

  static NetworkUse read(DataInputStream in) throws IOException {
    if (in.available() == 0) {
      return NetworkUse.NONE; // of an agent that had no proxy
    }
    long connections = in.readLong();
    long refused = in.readLong();
    long mostAtOnce = in.readLong();
    long sent = in.readLong();
    long received = in.readLong();
    int count = in.readInt();
    if (count < 0 || count > MOST) {
      throw new IOException(count + " kinds of peers");
    }
    List<NetworkUse.OfPeer> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      peers.add(
          new NetworkUse.OfPeer(
              RecordCodec.readText(in), in.readLong(), in.readLong(), in.readLong()));
    }
    return new NetworkUse(connections, refused, mostAtOnce, sent, received, peers);
  }
}
