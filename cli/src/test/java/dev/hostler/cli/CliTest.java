package dev.hostler.cli;

import dev.hostler.cli.connect.EarlyConnection;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.ProcessControl;
import dev.hostler.cli.console.Terminals;
import dev.hostler.cli.fake.FakeController;
import dev.hostler.cli.fake.TestFleet;
import dev.hostler.common.time.TimeSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs commands in this process against a scripted controller. */
abstract class CliTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir static Path shared;
  static TestFleet fleet;

  @TempDir Path folder;
  FakeController controller;
  final Map<String, String> environment = new HashMap<>();
  Terminals terminals = Terminals.NONE;
  String input = "";

  @BeforeAll
  static void makeFleet() {
    fleet = new TestFleet(shared.resolve("fleet"));
  }

  @BeforeEach
  void startController() {
    controller = new FakeController(fleet);
    environment.putAll(controller.environment());
    environment.put("HOSTLER_CONFIG", folder.resolve("config/config.toml").toString());
    environment.put("NO_COLOR", "1");
  }

  @AfterEach
  void stopController() {
    controller.close();
  }

  /** What a command did. */
  record Result(int code, byte[] stdout, String err) {
    String out() {
      return new String(stdout, StandardCharsets.UTF_8);
    }

    JsonNode json() {
      return JSON.readTree(stdout);
    }
  }

  static JsonNode json(String text) {
    return JSON.readTree(text);
  }

  Result run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            out,
            err,
            terminals,
            environment);
    ProcessControl process =
        new ProcessControl() {
          @Override
          public void onInterrupt(Runnable handler) {}

          @Override
          public void exit(int code) {
            throw new AssertionError("exit " + code);
          }
        };
    Session session =
        new Session(
            console,
            environment,
            TimeSource.system(),
            process,
            EarlyConnection.maybe(environment, args));
    int code = new Cli(session).run(args);
    return new Result(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }
}
