package dev.hostler.agent.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The program hostler-launch.
 *
 * @param program its absolute path
 */
record Launcher(Path program) {
  private static final String NAME = "hostler-launch";
  private static final String PROPERTY = "hostler.launcher";

  /**
   * The system property {@code hostler.launcher}, else beside this program's jar, else where the
   * build puts it.
   */
  static Path locate() throws SandboxUnsupportedException {
    String configured = System.getProperty(PROPERTY);
    if (configured != null) {
      return Path.of(configured).toAbsolutePath();
    }
    Path home = home();
    List<Path> places = List.of(home.resolve(NAME), home.resolve("launcher").resolve(NAME));
    for (Path place : places) {
      if (Files.isExecutable(place)) {
        return place;
      }
    }
    throw new SandboxUnsupportedException(
        "launcher", places, "none of them is there; set the launcher's path in the configuration");
  }

  private static Path home() {
    CodeSource source = Launcher.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IllegalStateException("this program does not know where its classes are");
    }
    try {
      Path parent = Path.of(source.getLocation().toURI()).toAbsolutePath().getParent();
      return parent == null ? Path.of("/") : parent;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks the kernel, through the launcher, for everything that a sandbox needs. */
  void probe() throws SandboxUnsupportedException, IOException, InterruptedException {
    if (!Files.isExecutable(program)) {
      throw new SandboxUnsupportedException(
          "launcher", program, "is not an executable file; build or install it");
    }
    Process process =
        new ProcessBuilder(program.toString(), "--probe").redirectErrorStream(true).start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      List<String> missing =
          Arrays.stream(answer.split("\n", -1)).filter(line -> line.endsWith("=no")).toList();
      throw new SandboxUnsupportedException(
          "kernel", missing, "the launcher needs these; use a newer kernel or run as root");
    }
  }

  /**
   * The folder of {@link Sandbox#PROBE}, which is installed beside the launcher.
   *
   * @throws SandboxUnsupportedException if it is not there
   */
  Path escape() throws SandboxUnsupportedException {
    Path folder = program.resolveSibling("escape");
    if (!Files.isExecutable(folder.resolve(Sandbox.PROBE))) {
      throw new SandboxUnsupportedException(
          "sandbox_test", folder.resolve(Sandbox.PROBE), "is not there; install it");
    }
    return folder;
  }

  /**
   * Starts the supervisor of an attempt, in a session of its own, with an empty environment.
   *
   * @param secrets what it reads on its standard input
   */
  Process start(Path spec, @Nullable Path log, byte[] secrets) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(program.toString(), spec.toString());
    builder.environment().clear();
    if (secrets.length == 0) {
      builder.redirectInput(Path.of("/dev/null").toFile());
    }
    builder.redirectError(
        log == null
            ? ProcessBuilder.Redirect.DISCARD
            : ProcessBuilder.Redirect.appendTo(log.toFile()));
    Process process = builder.start();
    if (secrets.length > 0) {
      try (OutputStream in = process.getOutputStream()) {
        in.write(secrets);
      } catch (IOException _) {
        // It ended, and its result or its exit code says why; with less than all it runs nothing.
      }
    }
    return process;
  }
}
