package dev.hostler.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * bin/hostler as a process of its own, in a copy of the build's layout made from this class path.
 */
final class Launched implements AutoCloseable {
  private final Process process;
  private final Collector out;
  private final Collector err;

  private Launched(Process process) {
    this.process = process;
    this.out = new Collector(process.getInputStream());
    this.err = new Collector(process.getErrorStream());
  }

  /** Lays bin/ and cli/target/ out in {@code folder} and returns the path of bin/hostler. */
  static Path install(Path folder) {
    try {
      Files.createDirectories(folder.resolve("bin"));
      Files.createDirectories(folder.resolve("cli/target"));
      for (String script : List.of("hostler", "find-java")) {
        Files.copy(Path.of("../bin/" + script), folder.resolve("bin/" + script));
      }
      Manifest manifest = new Manifest();
      Attributes main = manifest.getMainAttributes();
      main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
      main.put(Attributes.Name.MAIN_CLASS, "dev.hostler.cli.Main");
      main.putValue("Enable-Native-Access", "ALL-UNNAMED");
      main.put(
          Attributes.Name.CLASS_PATH,
          List.of(System.getProperty("java.class.path").split(":")).stream()
              .map(entry -> Path.of(entry).toUri().toString())
              .collect(Collectors.joining(" ")));
      try (var jar =
          new JarOutputStream(
              Files.newOutputStream(folder.resolve("cli/target/hostler-cli.jar")), manifest)) {
        jar.finish();
      }
      return folder.resolve("bin/hostler");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Launched start(Map<String, String> environment, List<String> command) {
    try {
      // A build that was started in the background ignores Ctrl-C, and so would all it starts.
      List<String> line = new ArrayList<>(List.of("env", "--default-signal=INT"));
      line.addAll(command);
      ProcessBuilder builder = new ProcessBuilder(line);
      builder.environment().putAll(environment);
      builder.environment().put("HOSTLER_JAVA_HOME", System.getProperty("java.home"));
      builder.environment().put("TERM", "xterm");
      return new Launched(builder.start());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** On a pseudo terminal of its own; what stderr and stdout show is in {@link #out}. */
  static Launched onTerminal(Map<String, String> environment, List<String> command) {
    String line =
        command.stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    return start(environment, List.of("script", "-qefc", line, "/dev/null"));
  }

  String out() {
    return out.text();
  }

  String err() {
    return err.text();
  }

  Launched awaitOut(String text) {
    Awaitility.await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> out().contains(text) || !process.isAlive());
    if (!out().contains(text)) {
      throw new AssertionError("no \"" + text + "\" in: " + out() + "\n" + err());
    }
    return this;
  }

  void type(String text) {
    try {
      process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends a signal by name. */
  void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  int exitCode() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError("still running: " + out() + err());
      }
      out.join();
      err.join();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
  }

  private static final class Collector extends Thread {
    private final InputStream in;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Collector(InputStream in) {
      this.in = in;
      setDaemon(true);
      start();
    }

    @Override
    public void run() {
      try (in) {
        byte[] buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          bytes.write(buffer, 0, n);
        }
      } catch (IOException e) {
        // The process was ended.
      }
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
