package dev.hostler.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.link.ScriptedController;
import dev.hostler.agent.link.TestFleet;
import dev.hostler.agent.work.TestOperator;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A real agent process with its own state and cgroups, for tests from outside. */
final class AgentProcess implements AutoCloseable {
  final Path root;
  final Path state;
  final Path config;
  final String cgroup;
  private Process process;

  AgentProcess(ScriptedController controller, String more) throws IOException {
    this(controller, more, "index = \"off\"");
  }

  AgentProcess(ScriptedController controller, String more, String trust) throws IOException {
    String unique = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    cgroup = "hostler-agent-test-" + unique;
    root = Files.createDirectories(Path.of("/var/tmp/" + cgroup));
    state = root.resolve("state");
    config = root.resolve("agent.toml");
    TestOperator.pin(state);
    Files.writeString(
        config,
        """
        state_dir = "%s"
        controllers = ["%s"]
        %s
        [trust]
        %s

        [sandbox]
        cgroup = "%s"
        """
            .formatted(state, controller.address(), more, trust, cgroup));
  }

  /** Runs the program in this JVM. */
  int main(StringBuilder said, String... arguments) {
    var bytes = new java.io.ByteArrayOutputStream();
    var out = new java.io.PrintStream(bytes);
    int code = new Main(java.util.Map.of(), out, out).run(arguments);
    said.setLength(0);
    said.append(bytes);
    return code;
  }

  void enrol(TestFleet fleet) throws Exception {
    StringBuilder said = new StringBuilder();
    assertThat(main(said, "enroll", "--config", config.toString(), "--token", fleet.token()))
        .as(said.toString())
        .isZero();
  }

  void start(String... jvmOptions) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-Dhostler.launcher=" + Path.of("target/launcher/hostler-launch").toAbsolutePath()));
    command.addAll(List.of(jvmOptions));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "dev.hostler.agent.Main",
            "run",
            "--config",
            config.toString()));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(root.resolve("log").toFile()))
            .start();
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  String log() throws IOException {
    return Files.readString(root.resolve("log"));
  }

  /** kill -9: what it started goes on. */
  void kill() throws Exception {
    process.destroyForcibly();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  /** SIGTERM. */
  int terminate() throws Exception {
    process.destroy();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Override
  public void close() throws Exception {
    if (process != null) {
      kill();
    }
    killCgroups();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException failure)
              throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void killCgroups() throws Exception {
    var cgroups =
        dev.hostler.agent.sandbox.cgroup.Cgroups.detect(
            dev.hostler.agent.sandbox.cgroup.CgroupSettings.ofHost(cgroup),
            dev.hostler.common.time.TimeSource.system());
    for (String name : cgroups.names()) {
      var one = cgroups.open(name);
      one.kill(java.time.Duration.ofSeconds(10));
      one.remove();
    }
    cgroups.removeTree();
  }
}
