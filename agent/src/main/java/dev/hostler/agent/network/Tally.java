package dev.hostler.agent.network;

import dev.hostler.agent.attempt.NetworkUse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts connections and bytes of one attempt, in all and by peer. Thread-safe. */
final class Tally {
  /** Kinds of peers that are counted by themselves. */
  static final int MOST_PEERS = 64;

  private static final String OTHERS = "others";

  private final Map<String, Line> lines = new LinkedHashMap<>();
  private final Line total = new Line();
  private long refused;
  private long open;
  private long mostAtOnce;
  private long version;

  /** Numbers. */
  private static final class Line {
    private long connections;
    private long sent;
    private long received;
  }

  /** One connection. */
  final class Connection implements AutoCloseable {
    private final Line line;
    private boolean closed;

    private Connection(Line line) {
      this.line = line;
    }

    void sent(long bytes) {
      synchronized (Tally.this) {
        line.sent += bytes;
        total.sent += bytes;
        version++;
      }
    }

    void received(long bytes) {
      synchronized (Tally.this) {
        line.received += bytes;
        total.received += bytes;
        version++;
      }
    }

    @Override
    public void close() {
      synchronized (Tally.this) {
        if (!closed) {
          closed = true;
          open--;
        }
      }
    }
  }

  /**
   * Goes on from here.
   *
   * @param before counted earlier
   */
  Tally(NetworkUse before) {
    total.connections = before.connections();
    total.sent = before.sentBytes();
    total.received = before.receivedBytes();
    refused = before.refused();
    mostAtOnce = before.mostAtOnce();
    for (NetworkUse.OfPeer peer : before.peers()) {
      Line line = new Line();
      line.connections = peer.connections();
      line.sent = peer.sentBytes();
      line.received = peer.receivedBytes();
      lines.put(peer.peer(), line);
    }
  }

  /** A connection to this peer was made. */
  synchronized Connection open(String peer) {
    String key = lines.containsKey(peer) || lines.size() < MOST_PEERS ? peer : OTHERS;
    Line line = lines.computeIfAbsent(key, _ -> new Line());
    line.connections++;
    total.connections++;
    open++;
    mostAtOnce = Math.max(mostAtOnce, open);
    version++;
    return new Connection(line);
  }

  synchronized void refused() {
    refused++;
    version++;
  }

  /** Grows with every change. */
  synchronized long version() {
    return version;
  }

  synchronized NetworkUse use() {
    List<NetworkUse.OfPeer> peers = new ArrayList<>();
    lines.forEach((peer, line) ->
        peers.add(new NetworkUse.OfPeer(peer, line.connections, line.sent, line.received)));
    return new NetworkUse(
        total.connections, refused, mostAtOnce, total.sent, total.received, peers);
  }
}
