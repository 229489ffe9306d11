package dev.hostler.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.controller.db.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The program from outside. */
class MainTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void kill() throws InterruptedException {
    for (Process process : processes) {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private int run(String... arguments) {
    return new Main(Map.of(), new PrintStream(out), new PrintStream(err)).run(arguments);
  }

  private String config(String more) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    Path file = folder.resolve("c.toml");
    Files.writeString(file, ControllerFixture.toml(folder.resolve("data")) + more);
    return file.toString();
  }

  private Process launch(String config) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Coverage of this JVM counts that of its children: the agent appends to the same file.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-javaagent:") && argument.contains("jacoco"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.hostler.controller.Main",
            "--config",
            config));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    processes.add(process);
    return process;
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  private void awaitUp(Process process) {
    await()
        .atMost(Duration.ofSeconds(120))
        .failFast(() -> !process.isAlive())
        .until(() -> log().contains(" is up: agents on "));
  }

  private int healthPort() throws IOException {
    return Integer.parseInt(log().replaceAll("(?s).*metrics on ([0-9]+).*", "$1"));
  }

  private long servers() throws IOException {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      String cluster = folder.resolve("data/postgres/cluster").toString();
      return all.filter(
              p -> p.info().arguments().stream().flatMap(Stream::of).anyMatch(cluster::equals))
          .count();
    }
  }

  @Test
  void helpVersionAndUsage() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("Exit codes: 0 stopped");
    assertThat(run("--version")).isZero();
    assertThat(run("--what")).isEqualTo(2);
    assertThat(run("--config")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("unknown argument --what", "--config needs a file");
  }

  @Test
  void aBadConfigurationIsToldWhole() throws Exception {
    String file = config("[log]\nlevel = \"loud\"\nfrmat = \"json\"\n");
    assertThat(run("--config", file)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "hostler-controller: "
                + file
                + ":9:1: log.level: \"loud\" is not acceptable; use one of"
                + " error, warn, info, debug",
            "hostler-controller: " + file + ":10:1: log.frmat: unknown key; did you mean format?");
    assertThat(run("--config", folder.resolve("none").toString())).isEqualTo(2);
  }

  @Test
  void aGoodConfigurationCanBeChecked() throws Exception {
    assertThat(run("--check", "--config", config(""))).isZero();
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsNotStartedWithout() throws Exception {
    String file =
        config(
            "[database]\nurl = \"jdbc:postgresql://127.0.0.1:1/x\"\npassword = \"very secret\"\n");
    Process process = launch(file);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(3);
    assertThat(log())
        .contains(
            "hostler-controller: cannot start the connections to the database: cannot connect")
        .doesNotContain("very secret");
  }

  @Test
  void itStopsOnSigtermAndSurvivesKillWithItsCaAndData() throws Exception {
    String file = config("[log]\nformat = \"json\"\n");
    Process first = launch(file);
    awaitUp(first);
    assertThat(log()).contains("{\"").contains("\"level\":\"INFO\"");
    byte[] ca = Files.readAllBytes(folder.resolve("data/ca/ca.crt"));
    assertThat(ControllerFixture.plain(healthPort(), "/healthz").body()).isEqualTo("ready\n");
    first.destroyForcibly().waitFor();
    assertThat(servers()).as("PostgreSQL outlives a kill").isEqualTo(1);

    Process second = launch(file);
    awaitUp(second);
    assertThat(log()).contains("stopped the PostgreSQL that an earlier controller");
    assertThat(Files.readAllBytes(folder.resolve("data/ca/ca.crt"))).isEqualTo(ca);
    second.destroy();
    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isZero();
    assertThat(servers()).isZero();
    assertThat(folder.resolve("data/postgres/cluster/postmaster.pid")).doesNotExist();
  }

  @Test
  void itRunsOnADatabaseThatIsGiven() throws Exception {
    Path password = Files.writeString(folder.resolve("pw"), DB.address().password() + "\n");
    String file =
        config(
            "[database]\nurl = \""
                + DB.address().jdbcUrl()
                + "\"\nuser = \""
                + DB.address().user()
                + "\"\npassword_file = \""
                + password
                + "\"\n");
    Process process = launch(file);
    awaitUp(process);
    assertThat(ControllerFixture.plain(healthPort(), "/healthz").statusCode()).isEqualTo(200);
    assertThat(folder.resolve("data/postgres")).doesNotExist();
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
