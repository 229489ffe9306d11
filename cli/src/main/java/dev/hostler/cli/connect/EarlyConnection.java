package dev.hostler.cli.connect;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.common.time.TimeSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the current context's controller on a thread of its own while the command line is
 * still being parsed.
 */
public final class EarlyConnection {
  private static final Set<String> NOUNS = Set.of("host", "run", "job", "token", "audit", "ca");
  private static final Set<String> PUSHED = Set.of("push", "list", "show");

  private final Thread thread;
  private @Nullable Controller controller;
  private @Nullable CliFailure failure;

  private EarlyConnection(Map<String, String> environment) {
    this.thread = Thread.ofPlatform().daemon().name("connect").start(() -> connect(environment));
  }

  /**
   * Starts to connect, if {@code args} look like a command that talks to the current context's
   * controller.
   *
   * @return null if they do not
   */
  public static @Nullable EarlyConnection maybe(Map<String, String> environment, String... args) {
    boolean talks =
        args.length > 1
            && (NOUNS.contains(args[0]) || (args[0].equals("bundle") && PUSHED.contains(args[1])))
            && Arrays.stream(args)
                .takeWhile(arg -> !arg.equals("--"))
                .noneMatch(
                    arg -> arg.equals("-h") || arg.equals("--help") || arg.startsWith("--context"));
    return talks ? new EarlyConnection(environment) : null;
  }

  private void connect(Map<String, String> environment) {
    try {
      Controller early =
          Controller.of(
              Settings.resolve(environment, ConfigFile.of(environment), null), TimeSource.system());
      early.connectNow();
      controller = early;
    } catch (CliFailure e) {
      failure = e;
    }
  }

  /**
   * The connection.
   *
   * @throws CliFailure if there is none to be had
   */
  Controller get() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure != null || controller == null) {
      throw failure == null ? new IllegalStateException("no connection was tried") : failure;
    }
    return controller;
  }
}
