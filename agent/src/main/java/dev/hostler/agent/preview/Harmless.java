package dev.hostler.agent.preview;

import dev.hostler.agent.sandbox.Capability;
import dev.hostler.agent.sandbox.Network;
import dev.hostler.agent.sandbox.SandboxSpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What of a sandbox has no effect outside of it. What has some is left out of a preview, and told.
 *
 * @param spec the sandbox of the preview, whose layers are to be added
 * @param unforeseen in words, what a run for real could do besides what the preview shows
 */
record Harmless(SandboxSpec spec, List<String> unforeseen) {
  /** About files, and about processes and a network of its own. */
  private static final Set<Capability> KEPT =
      EnumSet.of(
          Capability.CHOWN,
          Capability.DAC_OVERRIDE,
          Capability.DAC_READ_SEARCH,
          Capability.FOWNER,
          Capability.FSETID,
          Capability.KILL,
          Capability.SETGID,
          Capability.SETUID,
          Capability.SETPCAP,
          Capability.LINUX_IMMUTABLE,
          Capability.NET_BIND_SERVICE,
          Capability.SYS_CHROOT,
          Capability.MKNOD,
          Capability.LEASE,
          Capability.SETFCAP);

  static Harmless of(SandboxSpec spec) {
    List<String> unforeseen = new ArrayList<>();
    unforeseen.add(
        "services, processes and kernel state: a preview shows what would be in files, nothing"
            + " else");
    SandboxSpec tamed = spec;
    if (spec.network() != Network.NONE && spec.network() != Network.LOOPBACK) {
      unforeseen.add(
          "network: the action has network = \""
              + spec.network().word()
              + "\"; in the preview it had none");
      tamed = tamed.withNetwork(Network.NONE);
    }
    Set<Capability> kept = new HashSet<>(spec.capabilities());
    kept.retainAll(KEPT);
    if (kept.size() < spec.capabilities().size()) {
      Set<Capability> left = new TreeSet<>(spec.capabilities());
      left.removeAll(KEPT);
      unforeseen.add(
          "capabilities: the action has "
              + left.stream().map(Capability::kernelName).collect(Collectors.joining(", "))
              + "; in the preview it had not");
      tamed = tamed.withCapabilities(kept);
    }
    return new Harmless(tamed, List.copyOf(unforeseen));
  }
}
