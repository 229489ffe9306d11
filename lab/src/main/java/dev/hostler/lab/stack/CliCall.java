package dev.hostler.lab.stack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A running call of the CLI whose output is collected as it comes. Thread-safe. */
public final class CliCall {
  private final Process process;
  private final Collector stdout;
  private final Collector stderr;

  private CliCall(Process process) {
    this.process = process;
    this.stdout = new Collector(process.getInputStream());
    this.stderr = new Collector(process.getErrorStream());
  }

  static CliCall start(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    try {
      return new CliCall(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  /** The process, for signals. */
  public Process process() {
    return process;
  }

  /** What it has printed so far. */
  public String stdoutSoFar() {
    return new String(stdout.bytes(), StandardCharsets.UTF_8);
  }

  /**
   * Waits for the end.
   *
   * @throws IllegalStateException if it has not ended after five minutes; it is killed then
   */
  public CliResult result() {
    try {
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException(
            "the CLI did not end; stderr so far:\n"
                + new String(stderr.bytes(), StandardCharsets.UTF_8));
      }
      stdout.join();
      stderr.join();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return new CliResult(
        process.exitValue(), stdout.bytes(), new String(stderr.bytes(), StandardCharsets.UTF_8));
  }

  private static final class Collector {
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private final Thread thread;

    Collector(InputStream in) {
      thread = Thread.ofVirtual().start(() -> copy(in));
    }

    private void copy(InputStream in) {
      byte[] buffer = new byte[65536];
      try (in) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          collected.write(buffer, 0, n);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    byte[] bytes() {
      return collected.toByteArray();
    }

    void join() throws InterruptedException {
      thread.join();
    }
  }
}
