package dev.hostler.controller;

import dev.hostler.common.config.ConfigException;
import dev.hostler.common.config.ConfigReader;
import dev.hostler.common.lifecycle.Lifecycle;
import dev.hostler.common.lifecycle.StartException;
import dev.hostler.common.time.TimeSource;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The program hostler-controller. Exit codes: 0 stopped by SIGTERM or SIGINT, 2 wrong usage or
 * configuration, 3 could not start.
 */
public final class Main {
  static final int DONE = 0;
  static final int USAGE = 2;
  static final int FAILED = 3;
  private static final Path DEFAULT_CONFIG = Path.of("/etc/hostler/controller.toml");
  private static final String HELP =
      """
      Usage: hostler-controller [--config FILE] [--check]
             hostler-controller --version | --help

        --config FILE  configuration; default /etc/hostler/controller.toml, if it is there
        --check        read the configuration, say what is wrong with it, and end

      Each key can be overridden from the environment: pool_size of section [database] by
      HOSTLER_DATABASE_POOL_SIZE.

      Exit codes: 0 stopped by SIGTERM or SIGINT, 2 wrong usage or configuration, 3 could not start.
      """;

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  Main(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /** Starts the program. */
  public static void main(String[] arguments) {
    int code = new Main(System.getenv(), System.out, System.err).run(arguments);
    if (code != DONE) {
      System.exit(code);
    }
  }

  int run(String... arguments) {
    Path file = null;
    boolean check = false;
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--help", "-h" -> {
          out.print(HELP);
          return DONE;
        }
        case "--version" -> {
          out.println("hostler-controller " + Version.TEXT);
          return DONE;
        }
        case "--check" -> check = true;
        case "--config" -> {
          if (++i == arguments.length) {
            return usage("--config needs a file");
          }
          file = Path.of(arguments[i]);
        }
        default -> {
          return usage("unknown argument " + arguments[i]);
        }
      }
    }
    try {
      ControllerConfig config = config(file);
      if (check) {
        out.println("the configuration is good");
        return DONE;
      }
      Logging.configure(config.log());
      return serve(config);
    } catch (ConfigException e) {
      e.problems().forEach(problem -> err.println("hostler-controller: " + problem));
      return USAGE;
    }
  }

  private ControllerConfig config(@org.jspecify.annotations.Nullable Path file)
      throws ConfigException {
    if (file == null && !Files.exists(DEFAULT_CONFIG)) {
      return ControllerConfig.read(
          ConfigReader.ofText("built-in defaults", "", Path.of("/"), environment));
    }
    return ControllerConfig.read(
        ConfigReader.ofFile(file == null ? DEFAULT_CONFIG : file, environment));
  }

  private int serve(ControllerConfig config) {
    Lifecycle lifecycle = new Lifecycle();
    Runnable ended = lifecycle.stopOnSignal();
    try {
      Controller.start(config, lifecycle, TimeSource.system());
      lifecycle.awaitStop();
      return DONE;
    } catch (StartException e) {
      ended.run();
      err.println("hostler-controller: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException _) {
      lifecycle.stop();
      return FAILED;
    }
  }

  private int usage(String problem) {
    err.println("hostler-controller: " + problem);
    err.println("Try hostler-controller --help.");
    return USAGE;
  }
}
