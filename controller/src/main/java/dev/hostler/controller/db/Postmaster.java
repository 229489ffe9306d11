package dev.hostler.controller.db;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The running server of a cluster directory, known by its pid file and checked against /proc. */
final class Postmaster {
  private final Path cluster;
  private final TimeSource time;

  Postmaster(Path cluster, TimeSource time) {
    this.cluster = cluster;
    this.time = time;
  }

  /**
   * The pid of a live server that has this very cluster directory as its working directory. A pid
   * file alone proves nothing: pids are used again.
   */
  Optional<Long> pid() throws IOException {
    Path file = cluster.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    long pid;
    try {
      pid = Long.parseLong(lines.isEmpty() ? "" : lines.getFirst().strip());
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
    return isOurs(pid) ? Optional.of(pid) : Optional.empty();
  }

  private boolean isOurs(long pid) {
    Path proc = Path.of("/proc", Long.toString(pid));
    try {
      return Files.isSameFile(proc.resolve("cwd"), cluster)
          && Files.readString(proc.resolve("comm")).startsWith("postgres");
    } catch (IOException _) {
      return false; // gone, or of someone else
    }
  }

  /**
   * Stops a server that an earlier controller left behind, and removes a pid file that names
   * nobody.
   *
   * @return whether there was a server
   */
  boolean stopLeftover(Duration grace) throws IOException, InterruptedException {
    Optional<Long> left = pid();
    if (left.isPresent()) {
      stop(left.get(), grace);
    }
    Files.deleteIfExists(cluster.resolve("postmaster.pid"));
    return left.isPresent();
  }

  /** Fast shutdown; an immediate one when that takes longer than {@code grace}. */
  void stop(long pid, Duration grace) throws InterruptedException {
    signal("INT", pid);
    if (!awaitGone(pid, grace)) {
      signal("QUIT", pid);
      if (!awaitGone(pid, Duration.ofSeconds(10))) {
        signal("KILL", pid);
        awaitGone(pid, Duration.ofSeconds(10));
      }
    }
  }

  private void signal(String name, long pid) {
    if (isOurs(pid)) {
      PostgresUser.Command.run("sh", "-c", "kill -" + name + " " + pid);
    }
  }

  private boolean awaitGone(long pid, Duration limit) throws InterruptedException {
    long start = time.nanoTime();
    while (isOurs(pid)) {
      if (time.nanoTime() - start > limit.toNanos()) {
        return false;
      }
      time.sleep(Duration.ofMillis(20));
    }
    return true;
  }
}
