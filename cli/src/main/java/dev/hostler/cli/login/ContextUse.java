package dev.hostler.cli.login;

import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Config;
import dev.hostler.cli.connect.ConfigFile;
import dev.hostler.cli.connect.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler context use}. */
@Command(
    name = "use",
    description = "Makes a context the current one.",
    footer = {"", "Examples:", "  hostler context use prod"})
public final class ContextUse implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();

  @Parameters(index = "0", paramLabel = "NAME", description = "Which.")
  private String name = "";

  /** Made by the composition root. */
  public ContextUse(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    ConfigFile file = session.configFile();
    Config config = file.read().using(name);
    file.write(config);
    result.one(
        session.console(),
        ContextView.json(config, config.get(name)),
        () -> "Context \"" + name + "\" is now the current one.");
    return 0;
  }
}
