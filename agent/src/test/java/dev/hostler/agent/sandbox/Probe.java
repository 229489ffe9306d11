package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The hostile little program of src/test/c, built once per host. */
final class Probe {
  private final SandboxHost host;
  private final Path directory;

  Probe(SandboxHost host) throws Exception {
    this.host = host;
    directory = Files.createDirectory(host.root.resolve("probe"));
    Process compiler =
        new ProcessBuilder(
                "gcc",
                "-static",
                "-O1",
                "-Wall",
                "-Werror",
                "-o",
                directory.resolve("probe").toString(),
                "src/test/c/probe.c")
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
  }

  /** Its run, as the bundle's only file. */
  SandboxSpec spec(String... arguments) {
    List<String> argv = new java.util.ArrayList<>(List.of("/run/hostler/bundle/probe"));
    argv.addAll(List.of(arguments));
    return host.defaults.spec(host.attempt(), argv, Map.of(), Optional.of(directory));
  }

  /** Result and errno of one system call. */
  String call(String... numberAndArguments) throws Exception {
    List<String> arguments = new java.util.ArrayList<>(List.of("sys"));
    arguments.addAll(List.of(numberAndArguments));
    return host.output(spec(arguments.toArray(String[]::new))).strip();
  }
}
