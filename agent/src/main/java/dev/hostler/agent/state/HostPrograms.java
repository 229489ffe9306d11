package dev.hostler.agent.state;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs programs of the host that the agent trusts as the host itself does: as root, with nothing in
 * the environment but a fixed search path. Thread-safe.
 *
 * @param prefix goes before each command; empty on a real host
 * @param path where programs are looked for, first match first
 */
record HostPrograms(List<String> prefix, List<Path> path) {
  private static final int MOST_BYTES = 4 << 20;
  private static final long PATIENCE_MINUTES = 10;

  HostPrograms {
    prefix = List.copyOf(prefix);
    path = List.copyOf(path);
  }

  /** Those of this host. */
  static HostPrograms ofHost() {
    return new HostPrograms(
        List.of(),
        List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/sbin"), Path.of("/bin")));
  }

  /**
   * What a program said.
   *
   * @param code exit code
   * @param out stdout and stderr
   */
  record Said(int code, String out) {
    /** The last line, for messages. */
    String last() {
      List<String> lines = out.strip().lines().toList();
      return lines.isEmpty() ? "exit code " + code : lines.getLast();
    }
  }

  /** Is there such a program? */
  boolean has(String program) {
    return path.stream().anyMatch(folder -> folder.resolve(program).toFile().canExecute());
  }

  /**
   * Runs a program to its end.
   *
   * @param input for its stdin
   * @throws IOException if it is not there, says too much or does not end
   */
  Said run(String input, String program, String... arguments)
      throws IOException, InterruptedException {
    Path file =
        path.stream()
            .map(folder -> folder.resolve(program))
            .filter(one -> one.toFile().canExecute())
            .findFirst()
            .orElseThrow(() -> new IOException("this host has no " + program));
    List<String> command = new ArrayList<>(prefix);
    command.add(file.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", String.join(":", path.stream().map(Path::toString).toList()));
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("DEBIAN_FRONTEND", "noninteractive");
    environment.put("SYSTEMD_PAGER", "");
    Process process = builder.start();
    try {
      Thread feeder = Thread.ofVirtual().start(() -> feed(process, input));
      byte[] out;
      try (InputStream stdout = process.getInputStream()) {
        out = stdout.readNBytes(MOST_BYTES + 1);
      }
      if (out.length > MOST_BYTES || !process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        throw new IOException(
            program + (out.length > MOST_BYTES ? " says more than 4 MiB" : " does not end"));
      }
      feeder.join();
      return new Said(process.exitValue(), new String(out, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  private static void feed(Process process, String input) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException _) {
      // It ended before it had read everything; how, its exit code says.
    }
  }
}
