package dev.hostler.controller.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.common.time.ManualTime;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that do not stop when they are asked, and pid files that say nothing. */
class PostmasterTest {
  @TempDir Path cluster;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void kill() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  /** A program that looks like the server of this cluster, and ignores these signals. */
  private Process server(String ignored) throws IOException {
    Path program = cluster.resolve("postgres");
    Files.copy(Path.of("/bin/bash"), program);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Process process =
        new ProcessBuilder(
                program.toString(),
                "-c",
                "trap 'exit 131' QUIT; trap '' "
                    + ignored
                    + "; echo ready; while :; do read -t 1 _ <> <(:); done")
            .directory(cluster.toFile())
            .start();
    processes.add(process);
    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    Files.writeString(cluster.resolve("postmaster.pid"), process.pid() + "\n");
    return process;
  }

  @Test
  void aServerThatDoesNotStopInTimeIsStoppedHarder() throws Exception {
    Process process = server("INT");
    Postmaster postmaster = new Postmaster(cluster, TimeSource.system());
    assertThat(postmaster.pid()).contains(process.pid());

    assertThat(postmaster.stopLeftover(Duration.ofMillis(50))).isTrue();

    assertThat(process.waitFor()).isEqualTo(131); // QUIT
    assertThat(cluster.resolve("postmaster.pid")).doesNotExist();
    assertThat(postmaster.pid()).isEmpty();
  }

  @Test
  void aServerThatIgnoresEverythingIsKilled() throws Exception {
    Process process = server("INT QUIT");
    ManualTime time = new ManualTime();
    Postmaster postmaster = new Postmaster(cluster, time);
    Thread stopping =
        Thread.ofVirtual()
            .start(() -> {
              try {
                postmaster.stop(process.pid(), Duration.ofSeconds(30));
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
    time.awaitSleepers(1);
    assertThat(process.isAlive()).isTrue();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> {
          time.advance(Duration.ofSeconds(31));
          return !stopping.isAlive();
        });
    assertThat(process.waitFor()).isEqualTo(128 + 9);
  }

  @Test
  void aPidFileThatNamesNobodyIsRemoved() throws Exception {
    Path file = cluster.resolve("postmaster.pid");
    Postmaster postmaster = new Postmaster(cluster, TimeSource.system());
    assertThat(postmaster.stopLeftover(Duration.ofSeconds(1))).isFalse();
    for (String text : List.of("", "what\n", "99999999\n", ProcessHandle.current().pid() + "\n")) {
      Files.writeString(file, text);
      assertThat(postmaster.pid()).as(text).isEmpty();
      assertThat(postmaster.stopLeftover(Duration.ofSeconds(1))).isFalse();
      assertThat(file).doesNotExist();
    }
  }
}
