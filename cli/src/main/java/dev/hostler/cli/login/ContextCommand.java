package dev.hostler.cli.login;

import dev.hostler.cli.command.Details;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Config;
import dev.hostler.cli.connect.ConfigFile;
import dev.hostler.cli.connect.Context;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler context}. */
@Command(
    name = "context",
    description = "Shows and changes the stored contexts.",
    footer = {"", "Examples:", "  hostler context list", "  hostler context use prod"})
public final class ContextCommand {

  private static Json.Fields json(Config config, Context context) {
    return Json.object()
        .put("name", context.name())
        .put("current", context.name().equals(config.current()))
        .put("address", context.address())
        .put("ca", context.ca())
        .put("cert", context.cert())
        .put("key", context.key());
  }

  /** {@code hostler context list}. */
  @Command(
      name = "list",
      description = "Lists the stored contexts.",
      footer = {"", "Examples:", "  hostler context list", "  hostler context list -o json"})
  public static final class ListContexts implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();

    /** Made by the composition root. */
    public ListContexts(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Config config = session.configFile().read();
      result.list(
          session.console(),
          config.contexts().values().stream().map(context -> json(config, context)).toList(),
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

  /** {@code hostler context show}. */
  @Command(
      name = "show",
      description = "Shows one context.",
      footer = {"", "Examples:", "  hostler context show", "  hostler context show prod -o json"})
  public static final class Show implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();

    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "NAME",
        description = "Which; default: the current one.")
    private String name = "";

    /** Made by the composition root. */
    public Show(Session session) {
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
          json(config, context),
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

  /** {@code hostler context use}. */
  @Command(
      name = "use",
      description = "Makes a context the current one.",
      footer = {"", "Examples:", "  hostler context use prod"})
  public static final class Use implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();

    @Parameters(index = "0", paramLabel = "NAME", description = "Which.")
    private String name = "";

    /** Made by the composition root. */
    public Use(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      ConfigFile file = session.configFile();
      Config config = file.read().using(name);
      file.write(config);
      result.one(
          session.console(),
          json(config, config.get(name)),
          () -> "Context \"" + name + "\" is now the current one.");
      return 0;
    }
  }

  /** {@code hostler context remove}. */
  @Command(
      name = "remove",
      description = "Forgets a context. Its files are left alone.",
      footer = {"", "Examples:", "  hostler context remove prod"})
  public static final class Remove implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();

    @Parameters(index = "0", paramLabel = "NAME", description = "Which.")
    private String name = "";

    /** Made by the composition root. */
    public Remove(Session session) {
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
}
