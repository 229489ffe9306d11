package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.CgroupSettings;
import dev.hostler.agent.sandbox.cgroup.Cgroups;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The real launcher and kernel, with cgroups and directories of a test's own. */
final class SandboxHost implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final Path root;
  final Path state;
  final Cgroups cgroups;
  final Sandbox sandbox;
  final SandboxDefaults defaults;
  private int next;

  SandboxHost() throws Exception {
    String unique = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    root = Files.createDirectories(Path.of("/var/tmp/hostler-test-" + unique));
    state = Files.createDirectories(root.resolve("state"));
    cgroups = Cgroups.detect(CgroupSettings.ofHost("hostler-test-" + unique), TimeSource.system());
    sandbox = Sandbox.open(launcher(), state, cgroups, TimeSource.system());
    defaults = SandboxDefaults.of(state);
  }

  static Path launcher() {
    return Path.of("target/launcher/hostler-launch").toAbsolutePath();
  }

  synchronized String attempt() {
    return "attempt." + ++next;
  }

  Path directory(String attempt) {
    return state.resolve("attempts").resolve(attempt);
  }

  /** A shell script in the default sandbox. */
  SandboxSpec sh(String script) {
    return defaults.spec(attempt(), List.of("/bin/sh", "-c", script), Map.of(), Optional.empty());
  }

  SandboxedRun start(SandboxSpec spec) throws Exception {
    return start(spec, RunListener.NONE);
  }

  SandboxedRun start(SandboxSpec spec, RunListener listener) throws Exception {
    return sandbox.start(spec, directory(spec.attempt()), listener);
  }

  RunRecord run(SandboxSpec spec) throws Exception {
    return end(start(spec));
  }

  static RunRecord end(SandboxedRun run) throws Exception {
    return run.ended().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  String stdout(SandboxSpec spec) throws IOException {
    return Files.readString(directory(spec.attempt()).resolve("stdout"));
  }

  String stderr(SandboxSpec spec) throws IOException {
    return Files.readString(directory(spec.attempt()).resolve("stderr"));
  }

  /** Runs a script and gives its output, both streams. */
  String output(SandboxSpec spec) throws Exception {
    run(spec);
    return stdout(spec) + stderr(spec);
  }

  /** Nothing is left behind, or the test fails. */
  @Override
  public void close() throws Exception {
    List<String> left = cgroups.names();
    for (String attempt : left) {
      sandbox.remove(attempt);
    }
    cgroups.removeTree();
    delete(root);
    if (!left.isEmpty()) {
      throw new AssertionError("cgroups left behind: " + left);
    }
  }

  static void delete(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException error)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
