package dev.hostler.cli.command;

import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One thing as "name value" lines. Not thread-safe. */
public final class Details {
  private final List<String[]> lines = new ArrayList<>();
  private final Style style;

  /** Styled for where it goes. */
  public Details(Style style) {
    this.style = style;
  }

  /** A line; left out if the value is null or empty. */
  public Details line(String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      lines.add(new String[] {name, Table.printable(value)});
    }
    return this;
  }

  /** A line with the colour of a state. */
  public Details state(String name, String state) {
    lines.add(new String[] {name, style.state(state)});
    return this;
  }

  @Override
  public String toString() {
    int width = lines.stream().mapToInt(line -> line[0].length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (String[] line : lines) {
      text.append(text.isEmpty() ? "" : "\n")
          .append(style.bold(line[0]))
          .append(" ".repeat(width - line[0].length() + 2))
          .append(line[1]);
    }
    return text.toString();
  }
}
