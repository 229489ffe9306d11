package dev.hostler.cli;

import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.StdoutClosed;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Parses a command line, runs the command and says what went wrong. */
final class Cli {
  private final Session session;

  Cli(Session session) {
    this.session = session;
  }

  /** Runs a command and returns the exit code of the process; throws nothing. */
  int run(String... args) {
    Console console = session.console();
    try {
      return execute(new CommandTree(session).build(args), args);
    } catch (StdoutClosed e) {
      return ExitCode.STDOUT_CLOSED.number();
    } catch (CliFailure e) {
      return failed(console, e.code(), e.text());
    } catch (StatusRuntimeException e) {
      return failed(console, ExitCode.CONTROLLER, String.valueOf(e.getMessage()));
    } catch (Exception e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      return failed(console, ExitCode.LOCAL, "this is a bug, please report it:\n" + trace);
    }
  }

  private static int failed(Console console, ExitCode code, String message) {
    try {
      console.endProgress();
      console.note(console.errStyle().bad("error:") + " " + message);
    } catch (CliFailure | StdoutClosed e) {
      // Nobody is there to be told.
    }
    return code.number();
  }

  private int execute(CommandLine root, String[] args) throws Exception {
    Console console = session.console();
    ParseResult parsed;
    try {
      parsed = root.parseArgs(args);
    } catch (ParameterException e) {
      return usage(e);
    }
    if (parsed.isVersionHelpRequested()) {
      console.line("hostler " + Version.current());
      return 0;
    }
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      if (last.isUsageHelpRequested()) {
        break;
      }
      last = last.subcommand();
    }
    CommandLine command = last.commandSpec().commandLine();
    if (last.isUsageHelpRequested()) {
      console.line(command.getUsageMessage().stripTrailing());
      return 0;
    }
    if (command.getCommand() instanceof Callable<?> callable) {
      return (Integer) callable.call();
    }
    console.note(command.getUsageMessage().stripTrailing());
    return ExitCode.USAGE.number();
  }

  private int usage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    StringBuilder text = new StringBuilder(String.valueOf(e.getMessage()));
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      var suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        text.append("; did you mean ").append(String.join(" or ", suggestions)).append('?');
      }
    }
    @Nullable String hint = hint(name, e);
    text.append(hint == null ? "" : "\n" + hint);
    text.append("\nSee `").append(name).append(" --help`.");
    return failed(session.console(), ExitCode.USAGE, text.toString());
  }

  private static @Nullable String hint(String name, ParameterException e) {
    return name.equals("hostler run") && e instanceof CommandLine.UnmatchedArgumentException
        ? "A command to run comes after `--`: hostler run --host web-1 -- uname -a"
        : null;
  }
}
