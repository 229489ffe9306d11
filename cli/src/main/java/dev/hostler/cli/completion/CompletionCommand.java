package dev.hostler.cli.completion;

import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Json;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler completion}. */
@Command(
    name = "completion",
    description = "Prints a script that completes commands and options in a shell.",
    footer = {
      "",
      "Examples:",
      "  source <(hostler completion bash)",
      "  hostler completion bash > /etc/bash_completion.d/hostler",
      "  source <(hostler completion zsh)"
    })
public final class CompletionCommand implements Callable<Integer> {
  private final Session session;
  private final Supplier<CommandLine> commands;

  @Mixin private final ResultOptions result = new ResultOptions();

  /** The shells that are known. */
  public enum Shell {
    /** GNU Bash. */
    bash,
    /** Z shell. */
    zsh
  }

  @Parameters(index = "0", paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Shell shell = Shell.bash;

  /**
   * Made by the composition root.
   *
   * @param commands all commands
   */
  public CompletionCommand(Session session, Supplier<CommandLine> commands) {
    this.session = session;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    // The script works in both: in zsh it switches bash's completion on.
    String script = AutoComplete.bash("hostler", commands.get());
    if (result.json()) {
      session.console().line(Json.pretty(Json.object().put("shell", shell).put("script", script)));
    } else {
      session.console().line(script.stripTrailing());
    }
    return 0;
  }
}
