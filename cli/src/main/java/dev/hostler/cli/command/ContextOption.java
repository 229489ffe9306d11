package dev.hostler.cli.command;

import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --context}, on every command that talks to a controller. */
public final class ContextOption {
  @Option(
      names = "--context",
      paramLabel = "NAME",
      description = "Which stored context to use, instead of the current one.")
  private @Nullable String name;

  /** Connects as the option, the environment and the configuration say. */
  public Controller connect(Session session) {
    return session.connect(name);
  }

  /** " --context NAME" for a command line that is proposed to the user, or nothing. */
  public String repeat() {
    return name == null ? "" : " --context " + name;
  }
}
