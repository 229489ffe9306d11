package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.sandbox.Capability;
import dev.hostler.agent.sandbox.Network;
import dev.hostler.agent.sandbox.OnDenied;
import dev.hostler.agent.sandbox.Recording;
import dev.hostler.agent.sandbox.SandboxDefaults;
import dev.hostler.agent.sandbox.SandboxSpec;
import dev.hostler.agent.sandbox.SandboxUnsupportedException;
import dev.hostler.agent.sandbox.Seccomp;
import dev.hostler.trust.bundle.Capabilities;
import java.util.HashSet;
import java.util.Set;

/** The sandbox of a recorded run: all that a bundle could declare, and this host permits. */
final class Learning {
  private Learning() {}

  /**
   * Widens a sandbox. What it hides stays hidden, its limits stay, and so does what no bundle can
   * declare: nothing that is learned here could not be signed.
   *
   * @throws RefusedException POLICY if the host is not there for it
   * @throws SandboxUnsupportedException if it does not know a capability
   */
  static SandboxSpec widened(SandboxSpec spec, SandboxDefaults host)
      throws RefusedException, SandboxUnsupportedException {
    if (!host.learn()) {
      throw new RefusedException(
          Refusal.POLICY,
          "this host records no runs (sandbox.learn = false): a recorded run may write everywhere"
              + " and reach every network; switch it on only on a host that is there for it");
    }
    Set<Capability> capabilities = new HashSet<>(spec.capabilities());
    if (spec.user().uid() == 0) {
      for (String name : Capabilities.declarable()) {
        capabilities.add(Capability.ofName(name));
      }
    }
    return spec.withCapabilities(capabilities)
        .withNetwork(Network.HOST)
        .withSeccomp(new Seccomp.Standard().within(host.seccomp()))
        .withOnDenied(OnDenied.DENY)
        .withRecording(Recording.ALL);
  }
}
