package dev.hostler.lab.bench;

import dev.hostler.agent.sandbox.seccomp.Architecture;
import dev.hostler.agent.sandbox.seccomp.ProfileContext;
import dev.hostler.agent.sandbox.seccomp.ProfileParser;
import dev.hostler.agent.sandbox.seccomp.SeccompCompiler;
import dev.hostler.agent.sandbox.seccomp.SeccompPolicy;
import dev.hostler.agent.sandbox.seccomp.SeccompProfileException;
import dev.hostler.agent.sandbox.seccomp.ToldCalls;
import dev.hostler.agent.sandbox.seccomp.ToldDenials;
import dev.hostler.agent.sandbox.seccomp.UnixSockets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Writes the filter that programs get by default, for measurements of the launcher alone. */
public final class SandboxFilter {
  private SandboxFilter() {}

  /**
   * {@code FILE FILE}: the filter, and the one that also has writes told.
   *
   * @throws IOException if a file cannot be written
   */
  public static void main(String[] args) throws IOException, SeccompProfileException {
    ProfileContext context = new ProfileContext(Architecture.ofHost(), Set.of(), 5, 14);
    SeccompPolicy usual =
        ToldDenials.of(
            ToldDenials.ofConnections(
                UnixSockets.deny(ProfileParser.parse(ProfileParser.standardProfile(), context))));
    Files.write(Path.of(args[0]), SeccompCompiler.compile(usual).toBytes());
    Files.write(Path.of(args[1]), SeccompCompiler.compile(ToldCalls.changes(usual)).toBytes());
  }
}
