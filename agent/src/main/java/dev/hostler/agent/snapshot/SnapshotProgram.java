package dev.hostler.agent.snapshot;

import dev.hostler.agent.vault.Vault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The program hostler-snapshot; the head of its main.c has the contract.
 *
 * @param program its absolute path
 * @param vault the keys that it is given
 */
public record SnapshotProgram(Path program, Vault vault) {
  /** Without keys. */
  public SnapshotProgram(Path program) {
    this(program, Vault.none());
  }

  /** Exit code: done, or no difference. */
  static final int OK = 0;

  /** Exit code: there are differences. */
  static final int DIFFERENT = 1;

  /** Exit code: the disk has no room. */
  static final int SPACE = 3;

  /**
   * The one beside the launcher.
   *
   * @param launcher hostler-launch
   * @throws IOException if it is not there
   */
  public static SnapshotProgram beside(Path launcher) throws IOException {
    return beside(launcher, Vault.none());
  }

  /** The same, with keys. */
  public static SnapshotProgram beside(Path launcher, Vault vault) throws IOException {
    Path program = launcher.toAbsolutePath().resolveSibling("hostler-snapshot");
    if (!Files.isExecutable(program)) {
      throw new IOException(program + " is not an executable file; build or install it");
    }
    return new SnapshotProgram(program, vault);
  }

  /**
   * How it ended.
   *
   * @param code exit code
   * @param last last line of its output
   * @param error what it told people about why it failed
   * @param report all that it said, counted
   */
  record Done(int code, String last, String error, SnapshotReport report) {
    String reason() {
      return error.isEmpty() ? last : error;
    }
  }

  /** Runs it to its end. */
  Done run(List<String> paths, String... arguments) throws IOException, InterruptedException {
    Vault.Feed feed = vault.feed();
    ProcessBuilder builder = builder(feed, List.of(arguments));
    builder.redirectErrorStream(true);
    Process process = builder.start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(feed.keys());
      for (String path : paths) {
        stdin.write(path.getBytes(StandardCharsets.UTF_8));
        stdin.write(0);
      }
    } catch (IOException _) {
      // It ended before it had read them; how, it says itself.
    }
    try {
      return follow(process);
    } catch (InterruptedException e) {
      process.destroy(); // every step of it can be done again
      throw e;
    }
  }

  private ProcessBuilder builder(Vault.Feed feed, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(feed.options());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    return builder;
  }

  /** Reads on, but keeps only what is said at the end: a difference a line can be many. */
  private static Done follow(Process process) throws IOException, InterruptedException {
    String last = "";
    String error = "";
    SnapshotReport report = new SnapshotReport();
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("hostler-snapshot: ")) {
          error = line.substring("hostler-snapshot: ".length());
        } else {
          last = line;
          report.line(line);
        }
      }
    }
    return new Done(process.waitFor(), last, error, report);
  }

  /** Starts it with its output at the end of these files. */
  Process start(Path stdout, Path stderr, List<String> arguments) throws IOException {
    Vault.Feed feed = vault.feed();
    ProcessBuilder builder = builder(feed, arguments);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(stdout.toFile()));
    builder.redirectError(ProcessBuilder.Redirect.appendTo(stderr.toFile()));
    Process process = builder.start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(feed.keys());
    } catch (IOException _) {
      // It ended before it had read them; how, it says itself.
    }
    return process;
  }
}
