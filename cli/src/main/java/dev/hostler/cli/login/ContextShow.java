package dev.hostler.cli.login;

import dev.hostler.cli.command.Details;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Config;
import dev.hostler.cli.connect.Context;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler context show}. */
@Command(
    name = "show",
    description = "Shows one context.",
    footer = {"", "Examples:", "  hostler context show", "  hostler context show prod -o json"})
public final class ContextShow implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "Which; default: the current one.")
  private String name = "";

  /** Made by the composition root. */
  public ContextShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Config config = session.configFile().read();
    String wanted = name.isEmpty() ? config.current() : name;
    if (wanted.isEmpty()) {
      throw CliFailure.usage(
          "no context is in use; name one, or choose one by `hostler context use NAME`");
    }
    Context context = config.get(wanted);
    result.one(
        session.console(),
        ContextView.json(config, context),
        () ->
            new Details(session.console().outStyle())
                .line("name", context.name())
                .line("current", context.name().equals(config.current()) ? "yes" : "no")
                .line("address", context.address())
                .line("ca", context.ca().toString())
                .line("cert", context.cert().toString())
                .line("key", context.key().toString())
                .toString());
    return 0;
  }
}
