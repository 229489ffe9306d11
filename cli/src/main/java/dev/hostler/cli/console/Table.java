package dev.hostler.cli.console;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of text under headings, in columns. Not thread-safe. */
public final class Table {
  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<List<Cell>> rows = new ArrayList<>();

  private record Cell(String plain, String styled) {}

  /** A table with these columns. */
  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  /** A new row; cells are added from left to right. */
  public Table row() {
    rows.add(new ArrayList<>());
    return this;
  }

  /** A cell; null or empty shows as a dash. */
  public Table cell(@Nullable String text) {
    String plain = text == null || text.isEmpty() ? "-" : printable(text);
    rows.getLast().add(new Cell(plain, plain));
    return this;
  }

  /** A cell with the colour of a state. */
  public Table state(String state, Style style) {
    rows.getLast().add(new Cell(state, style.state(state)));
    return this;
  }

  /** The lines of the table. */
  public List<String> lines(Style style) {
    int[] widths = new int[headings.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = headings.get(column).length();
      for (List<Cell> row : rows) {
        widths[column] = Math.max(widths[column], width(row.get(column).plain));
      }
    }
    List<String> lines = new ArrayList<>(rows.size() + 1);
    lines.add(line(headings.stream().map(h -> new Cell(h, style.bold(h))).toList(), widths));
    for (List<Cell> row : rows) {
      lines.add(line(row, widths));
    }
    return lines;
  }

  private static String line(List<Cell> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      Cell cell = cells.get(column);
      line.append(cell.styled);
      if (column < cells.size() - 1) {
        line.append(" ".repeat(widths[column] - width(cell.plain))).append(GAP);
      }
    }
    return line.toString();
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Text that comes from elsewhere, without what could move the cursor of a terminal. */
  public static String printable(String text) {
    StringBuilder clean = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        if (clean == null) {
          clean = new StringBuilder(text);
        }
        clean.setCharAt(i, c == '\n' || c == '\t' ? ' ' : '\ufffd');
      }
    }
    return clean == null ? text : clean.toString();
  }
}
