package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.seccomp.Architecture;
import dev.hostler.agent.sandbox.seccomp.ProfileContext;
import dev.hostler.agent.sandbox.seccomp.ProfileParser;
import dev.hostler.agent.sandbox.seccomp.SeccompCompiler;
import dev.hostler.agent.sandbox.seccomp.SeccompPolicy;
import dev.hostler.agent.sandbox.seccomp.SeccompProfileException;
import dev.hostler.agent.sandbox.seccomp.ToldDenials;
import dev.hostler.agent.sandbox.seccomp.UnixSockets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Compiled filters of the last few profiles: most runs use the same. Thread-safe. */
final class FilterCache {
  private static final int MOST = 16;

  private final KernelVersion kernel;
  private final Map<Key, byte[]> filters =
      new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, byte[]> eldest) {
          return size() > MOST;
        }
      };

  private record Key(Seccomp seccomp, Set<Capability> capabilities, boolean network) {}

  FilterCache(KernelVersion kernel) {
    this.kernel = kernel;
  }

  /** The filter's bytes; empty if there shall be none. */
  byte[] filter(Seccomp seccomp, Set<Capability> capabilities, Network reach)
      throws SandboxUnsupportedException {
    String json =
        switch (seccomp) {
          case Seccomp.Unconfined _ -> "";
          case Seccomp.Standard _ -> ProfileParser.standardProfile();
          case Seccomp.Profile(String text) -> text;
        };
    if (seccomp instanceof Seccomp.Unconfined) {
      return new byte[0];
    }
    // A profile of the bundle's own says itself what it denies.
    boolean network = !(seccomp instanceof Seccomp.Standard) || reach != Network.NONE;
    Key key = new Key(seccomp, capabilities, network);
    synchronized (filters) {
      byte[] known = filters.get(key);
      if (known != null) {
        return known;
      }
    }
    byte[] compiled = compile(json, capabilities, network);
    synchronized (filters) {
      filters.put(key, compiled);
    }
    return compiled;
  }

  private byte[] compile(String json, Set<Capability> capabilities, boolean network)
      throws SandboxUnsupportedException {
    ProfileContext context =
        new ProfileContext(
            Architecture.ofHost(),
            capabilities.stream().map(Capability::kernelName).collect(Collectors.toSet()),
            kernel.major(),
            kernel.minor());
    try {
      SeccompPolicy policy = ProfileParser.parse(json, context);
      SeccompPolicy reaching =
          network ? policy : ToldDenials.ofConnections(UnixSockets.deny(policy));
      return SeccompCompiler.compile(ToldDenials.of(reaching)).toBytes();
    } catch (SeccompProfileException | IllegalArgumentException e) {
      throw new SandboxUnsupportedException("seccomp", "profile", String.valueOf(e.getMessage()));
    }
  }
}
