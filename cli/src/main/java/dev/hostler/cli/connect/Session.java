package dev.hostler.cli.connect;

import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.ProcessControl;
import dev.hostler.common.time.TimeSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every command is given.
 *
 * @param console the standard streams
 * @param environment environment variables
 * @param time clock
 * @param process the process itself
 * @param early a connection to the current context's controller that was started before; null: none
 */
public record Session(
    Console console,
    Map<String, String> environment,
    TimeSource time,
    ProcessControl process,
    @Nullable EarlyConnection early) {

  /** Where contexts are kept. */
  public ConfigFile configFile() {
    return ConfigFile.of(environment);
  }

  /** Connects to the controller that the environment or a context names. */
  public Controller connect(@Nullable String context) {
    if (context == null && early != null) {
      return early.get();
    }
    return Controller.of(Settings.resolve(environment, configFile(), context), time);
  }
}
