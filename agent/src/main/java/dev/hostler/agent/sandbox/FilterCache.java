package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.seccomp.Architecture;
import dev.hostler.agent.sandbox.seccomp.ProfileContext;
import dev.hostler.agent.sandbox.seccomp.ProfileParser;
import dev.hostler.agent.sandbox.seccomp.SeccompCompiler;
import dev.hostler.agent.sandbox.seccomp.SeccompPolicy;
import dev.hostler.agent.sandbox.seccomp.SeccompProfileException;
import dev.hostler.agent.sandbox.seccomp.ToldCalls;
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

  private record Key(
      Seccomp seccomp, Set<Capability> capabilities, boolean network, Recording recording) {}

  FilterCache(KernelVersion kernel) {
    this.kernel = kernel;
  }

  /** The filter's bytes; empty if there shall be none. */
  byte[] filter(SandboxSpec spec) throws SandboxUnsupportedException {
    return filter(spec.seccomp(), spec.capabilities(), spec.network(), spec.recording());
  }

  byte[] filter(Seccomp seccomp, Set<Capability> capabilities, Network reach, Recording recording)
      throws SandboxUnsupportedException {
    if (seccomp instanceof Seccomp.Unconfined) {
      return new byte[0];
    }
    // A profile of the bundle's own says itself what it denies.
    boolean network = !hasStandard(seccomp) || reach != Network.NONE;
    Key key = new Key(seccomp, capabilities, network, recording);
    synchronized (filters) {
      byte[] known = filters.get(key);
      if (known != null) {
        return known;
      }
    }
    byte[] compiled = compile(key);
    synchronized (filters) {
      filters.put(key, compiled);
    }
    return compiled;
  }

  private byte[] compile(Key key) throws SandboxUnsupportedException {
    ProfileContext context =
        new ProfileContext(
            Architecture.ofHost(),
            key.capabilities().stream().map(Capability::kernelName).collect(Collectors.toSet()),
            kernel.major(),
            kernel.minor());
    try {
      SeccompPolicy policy = policy(key.seccomp(), context);
      SeccompPolicy reaching =
          key.network() ? policy : ToldDenials.ofConnections(UnixSockets.deny(policy));
      SeccompPolicy told = ToldDenials.of(reaching);
      SeccompPolicy recorded =
          switch (key.recording()) {
            case NOTHING -> told;
            case WRITES -> ToldCalls.changes(told);
            case ALL -> ToldCalls.all(told);
          };
      return SeccompCompiler.compile(recorded).toBytes();
    } catch (SeccompProfileException | IllegalArgumentException e) {
      throw new SandboxUnsupportedException("seccomp", "profile", String.valueOf(e.getMessage()));
    }
  }

  private static boolean hasStandard(Seccomp seccomp) {
    return switch (seccomp) {
      case Seccomp.Standard _ -> true;
      case Seccomp.Profile _, Seccomp.Unconfined _ -> false;
      case Seccomp.Both(Seccomp one, Seccomp other) -> hasStandard(one) || hasStandard(other);
    };
  }

  private static SeccompPolicy policy(Seccomp seccomp, ProfileContext context)
      throws SeccompProfileException {
    return switch (seccomp) {
      case Seccomp.Standard _ -> ProfileParser.parse(ProfileParser.standardProfile(), context);
      case Seccomp.Profile(String json) -> ProfileParser.parse(json, context);
      case Seccomp.Both(Seccomp one, Seccomp other) ->
          policy(one, context).stricter(policy(other, context));
      case Seccomp.Unconfined _ ->
          throw new IllegalArgumentException("unconfined cannot be combined with a profile");
    };
  }
}
