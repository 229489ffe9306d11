package dev.hostler.agent.network;

import dev.hostler.agent.attempt.NetworkUse;
import dev.hostler.agent.sandbox.Network;
import dev.hostler.agent.sandbox.SandboxUnsupportedException;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Opens the way out of attempts, as far as this host permits one. Thread-safe. */
public final class Networks {
  /** On the whole host; each takes two buffers of 8 KiB of the agent's 64 MiB. */
  private static final int MOST = 1024;

  private final NetworkPolicy policy;
  private final NameLookup lookup;
  private final TimeSource time;
  private final Semaphore places = new Semaphore(MOST);

  public Networks(NetworkPolicy policy, NameLookup lookup, TimeSource time) {
    this.policy = policy;
    this.lookup = lookup;
    this.time = time;
  }

  /**
   * Makes sure that the host permits a network.
   *
   * @throws SandboxUnsupportedException if it does not
   */
  public void require(Network network) throws SandboxUnsupportedException {
    if (!policy.permits(network)) {
      throw new SandboxUnsupportedException(
          "network",
          network.word(),
          "this host permits at most %s (sandbox.network.most in its agent.toml)"
              .formatted(policy.most().word().toLowerCase(Locale.ROOT)));
    }
  }

  /**
   * Opens the way out of an attempt that is about to be started.
   *
   * @param folder the attempt's; made if it is not there, for root alone
   * @param peers as its bundle declares them
   * @param connections at once at most
   * @param kill does the first denial end the attempt?
   */
  public AttemptNetwork open(
      Path folder,
      List<String> peers,
      int connections,
      boolean kill,
      AttemptNetwork.Listener listener)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Path net = Files.createDirectory(folder.resolve("net"));
    Files.setPosixFilePermissions(net, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new AttemptNetwork(
        folder,
        new NetworkState(peers, connections, kill, Map.of(), NetworkUse.NONE, List.of()),
        policy,
        lookup,
        places,
        listener,
        time);
  }

  /**
   * Opens the way out of an attempt that an earlier agent started; null if it has none.
   *
   * @throws IOException if it cannot be opened
   */
  public @Nullable AttemptNetwork reopen(Path folder, AttemptNetwork.Listener listener)
      throws IOException {
    NetworkState state = AttemptNetwork.left(folder);
    return state == null
        ? null
        : new AttemptNetwork(folder, state, policy, lookup, places, listener, time);
  }
}
