package dev.hostler.cli.login;

import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Config;
import dev.hostler.cli.connect.Context;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code hostler context list}. */
@Command(
    name = "list",
    description = "Lists the stored contexts.",
    footer = {"", "Examples:", "  hostler context list", "  hostler context list -o json"})
public final class ContextList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();

  /** Made by the composition root. */
  public ContextList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Config config = session.configFile().read();
    result.list(
        session.console(),
        config.contexts().values().stream()
            .map(context -> ContextView.json(config, context))
            .toList(),
        () -> {
          Table table = new Table("NAME", "CURRENT", "ADDRESS", "CERT");
          for (Context context : config.contexts().values()) {
            table
                .row()
                .cell(context.name())
                .cell(context.name().equals(config.current()) ? "*" : "")
                .cell(context.address())
                .cell(context.cert().toString());
          }
          return table;
        });
    return 0;
  }
}
