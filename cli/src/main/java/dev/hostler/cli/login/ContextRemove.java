package dev.hostler.cli.login;

import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.ConfigFile;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler context remove}. */
@Command(
    name = "remove",
    description = "Forgets a context. Its files are left alone.",
    footer = {"", "Examples:", "  hostler context remove prod"})
public final class ContextRemove implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();

  @Parameters(index = "0", paramLabel = "NAME", description = "Which.")
  private String name = "";

  /** Made by the composition root. */
  public ContextRemove(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    ConfigFile file = session.configFile();
    file.write(file.read().without(name));
    result.one(
        session.console(),
        Json.object().put("name", name).put("removed", true),
        () -> "Context \"" + name + "\" is forgotten.");
    return 0;
  }
}
