package dev.hostler.agent.network;

import dev.hostler.agent.attempt.NetworkUse;
import dev.hostler.agent.denial.Denial;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.bundle.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out of one attempt: its proxy, what was counted and what was denied. The attempt does not
 * end with it: an agent that is started again opens it anew, with names pinned and counts as they
 * were; connections that were open are broken by then. Thread-safe.
 */
public final class AttemptNetwork implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AttemptNetwork.class);
  private static final Duration KEEP = Duration.ofSeconds(1);

  /** Hears of an attempt's network. Calls may come from any thread, and should return soon. */
  public interface Listener {
    /** Something was denied, or more of it. */
    void denied();

    /** The first thing was denied that is a violation, and that is to end the attempt. */
    void violated(Denial what);
  }

  private final Path file;
  private final List<String> peers;
  private final int connections;
  private final boolean kill;
  private final Listener listener;
  private final TimeSource time;
  private final PinnedNames names;
  private final Tally tally;
  private final RefusedPeers refused;
  private final ProxyServer server;
  private final Thread keeper;
  private long kept = -1;
  private long told;
  private boolean violated;

  /**
   * Opens the proxy in the folder's {@code net/proxy}.
   *
   * @param folder the attempt's, with its {@code net}
   * @param places of connections on the whole host
   */
  AttemptNetwork(
      Path folder,
      NetworkState state,
      NetworkPolicy policy,
      NameLookup lookup,
      Semaphore places,
      Listener listener,
      TimeSource time)
      throws IOException {
    this.file = folder.resolve("network");
    this.peers = state.peers();
    this.connections = state.connections();
    this.kill = state.killed();
    this.listener = listener;
    this.time = time;
    this.names = new PinnedNames(lookup, time, state.pinned());
    this.tally = new Tally(state.use());
    this.refused = new RefusedPeers(state.denials());
    this.told = state.use().refused();
    keep();
    AllowList list = new AllowList(peers.stream().map(Peer::parse).toList(), policy, names);
    int most = Math.min(connections, policy.connections());
    this.server =
        new ProxyServer(
            folder.resolve("net/proxy"),
            new Switchboard(list, tally, refused, most, time, this::denied),
            most,
            places,
            time);
    this.keeper = Thread.ofVirtual().name("network-" + folder.getFileName()).start(this::look);
  }

  /** What was done so far. */
  public NetworkUse use() {
    return tally.use();
  }

  /** What was denied so far. */
  public List<Denial> denials() {
    return refused.all();
  }

  private void denied() {
    Optional<Denial> first =
        kill ? refused.all().stream().filter(one -> !one.routine()).findFirst() : Optional.empty();
    boolean ends;
    synchronized (this) {
      ends = first.isPresent() && !violated;
      violated |= ends;
    }
    listener.denied();
    if (ends) {
      listener.violated(first.get());
    }
  }

  /** Once a second, and at the end. */
  private void look() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        time.sleep(KEEP);
        server.closeSilent();
        keep();
        tellMore();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the end
    }
  }

  /** New kinds are told at once, counts of known ones here. */
  private void tellMore() {
    long now = tally.use().refused();
    synchronized (this) {
      if (now == told) {
        return;
      }
      told = now;
    }
    listener.denied();
  }

  private synchronized void keep() {
    long version = tally.version();
    if (version == kept) {
      return;
    }
    try {
      new NetworkState(peers, connections, kill, names.pinned(), tally.use(), refused.all())
          .write(file);
      kept = version;
    } catch (IOException e) {
      log.warn("{}: what an attempt did over the network is not kept: {}", file, e.toString());
    }
  }

  /** Closes the proxy and all its connections; what was counted stays on the disk. */
  @Override
  public void close() {
    server.close();
    keeper.interrupt();
    keep();
  }

  /** The state that an earlier agent left; null if the attempt has no network of this kind. */
  static @Nullable NetworkState left(Path folder) throws IOException {
    Path file = folder.resolve("network");
    return java.nio.file.Files.exists(file) ? NetworkState.read(file) : null;
  }
}
