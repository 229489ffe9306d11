package dev.hostler.cli.command;

import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import java.util.Collection;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** {@code -o}, on every command. */
public final class ResultOptions {
  @Option(
      names = {"-o", "--format"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "How to print the result: table (for people) or json. Default: table.")
  private ResultFormat format = ResultFormat.table;

  /** Whether JSON is wanted. */
  public boolean json() {
    return format == ResultFormat.json;
  }

  /** Prints a list: a JSON array, or a table. */
  public void list(Console console, Collection<Json.Fields> items, Supplier<Table> table) {
    if (json()) {
      console.line(Json.pretty(items));
    } else {
      console.line(String.join("\n", table.get().lines(console.outStyle())));
    }
  }

  /** Prints one thing: a JSON object, or text. */
  public void one(Console console, Json.Fields item, Supplier<String> text) {
    console.line(json() ? Json.pretty(item) : text.get());
  }
}
