package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes in naming a bundle's version, action and parameters: exit code 2, and what to do. */
class ActionRefusalsE2eTest {
  private static final String BUNDLE =
      """
      name = "greeter"
      version = "1.2.3"
      description = "Says hello"
      platforms = ["linux/amd64", "linux/arm64"]

      [actions.greet]
      description = "Says hello so many times"
      argv = ["bin/greet"]

      [actions.greet.params]
      required = ["times"]

      [actions.greet.params.properties.times]
      type = "integer"
      minimum = 1
      description = "How often"
      """;

  @TempDir static Path folder;
  private final Stack stack = Fleet.get().stack;

  @BeforeAll
  static void pushTheBundle() throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("greeter"));
    Files.writeString(bundle.resolve("bundle.toml"), BUNDLE);
    Path program = Files.createDirectories(bundle.resolve("payload/bin")).resolve("greet");
    Files.writeString(program, "#!/bin/sh\necho hello\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    String unsigned = folder.resolve("unsigned").toString();
    String signed = folder.resolve("signed").toString();
    String signer = folder.resolve("signer").toString();
    done("signer", "create", signer, "--name", "test");
    done("bundle", "build", bundle.toString(), "--out", unsigned);
    done("bundle", "sign", unsigned, "--signer", signer, "--out", signed);
    done("bundle", "push", signed);
  }

  private static void done(String... arguments) {
    CliResult result = Fleet.get().stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isZero();
  }

  private void refused(String message, String... work) {
    String[] arguments = new String[work.length + 3];
    arguments[0] = "run";
    arguments[1] = "--host";
    arguments[2] = "one";
    System.arraycopy(work, 0, arguments, 3, work.length);
    CliResult result = stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isEqualTo(2);
    assertThat(result.stderr()).as(result::toString).contains(message);
    assertThat(result.text()).isEmpty();
  }

  @Test
  void anUnknownVersion() {
    refused("9.9.9", "greeter@9.9.9", "greet", "--param", "times=1");
  }

  @Test
  void anUnknownActionIsToldWithThoseThereAre() {
    refused("greet", "greeter", "no-such-action");
  }

  @Test
  void aMissingParameter() {
    refused("times", "greeter", "greet");
  }

  @Test
  void aParameterOfTheWrongType() {
    refused("times", "greeter", "greet", "--param", "times=often");
  }

  @Test
  void aParameterOutOfItsBounds() {
    refused("times", "greeter", "greet", "--param", "times=0");
  }

  @Test
  void anUnknownParameter() {
    refused("colour", "greeter", "greet", "--param", "times=1", "--param", "colour=red");
  }
}
