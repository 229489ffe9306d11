package dev.hostler.agent.run;

import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.network.AttemptNetwork;
import dev.hostler.agent.network.Networks;
import dev.hostler.agent.sandbox.Network;
import dev.hostler.agent.sandbox.OnDenied;
import dev.hostler.agent.sandbox.SandboxSpec;
import dev.hostler.agent.sandbox.SandboxUnsupportedException;
import dev.hostler.agent.sandbox.SandboxedRun;
import dev.hostler.trust.bundle.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The network side of one attempt's course: its proxy, if it has one. Thread-safe. */
final class Outlet implements AutoCloseable, AttemptNetwork.Listener {
  private final Runnable changed;
  private final CompletableFuture<SandboxedRun> run = new CompletableFuture<>();
  private volatile @Nullable AttemptNetwork network;
  private volatile @Nullable Denial violation;

  /**
   * Makes one that is not open.
   *
   * @param changed called when something was denied
   */
  Outlet(Runnable changed) {
    this.changed = changed;
  }

  /**
   * Opens it for an attempt that is about to be started, if it is to have one.
   *
   * @param declared null: a command's, which declares nothing
   * @throws SandboxUnsupportedException if the host does not permit the network
   */
  void open(Networks networks, SandboxSpec spec, Manifest.@Nullable Sandbox declared, Path folder)
      throws SandboxUnsupportedException, IOException {
    networks.require(spec.network());
    if (declared != null && spec.network() == Network.ALLOW_LIST) {
      network =
          networks.open(
              folder,
              declared.peers(),
              Math.toIntExact(declared.connections()),
              spec.onDenied() == OnDenied.KILL,
              this);
    }
  }

  /** Opens it for an attempt that goes on. */
  void reopen(Networks networks, Path folder) throws IOException {
    network = networks.reopen(folder, this);
  }

  /** What a violation ends. */
  void follows(SandboxedRun started) {
    run.complete(started);
  }

  @Override
  public void denied() {
    changed.run();
  }

  @Override
  public void violated(Denial what) {
    violation = what;
    CompletableFuture<Void> _ = run.thenAccept(SandboxedRun::kill);
  }

  /** Denied calls, and denied peers after them. */
  List<Denial> with(List<Denial> calls) {
    AttemptNetwork open = network;
    if (open == null) {
      return calls;
    }
    List<Denial> all = new ArrayList<>(calls);
    all.addAll(open.denials());
    return all;
  }

  /** The result with what was done over the network. */
  AttemptResult with(AttemptResult result) {
    AttemptNetwork open = network;
    if (open == null) {
      return result;
    }
    AttemptResult told = result.withNetwork(open.use());
    Denial ended = violation;
    return ended == null
        ? told
        : told.withMessage(ended.text() + " was denied: ended at its first denied connection");
  }

  @Override
  public void close() {
    AttemptNetwork open = network;
    if (open != null) {
      open.close();
    }
  }
}
