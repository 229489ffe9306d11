package dev.hostler.cli.preview;

import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Shows what would be changed: a line a path, then the texts as {@code git diff} does. */
public final class PreviewPrinter {
  private static final int NAMES = 5;
  private static final int BAR = 40;

  private final Console console;
  private final boolean diffs;

  /**
   * Prints here.
   *
   * @param diffs texts as well as lines of paths
   */
  public PreviewPrinter(Console console, boolean diffs) {
    this.console = console;
    this.diffs = diffs;
  }

  /** Prints all, what is the same once. */
  public void print(List<PreviewGroups.Group> groups) {
    Style style = console.outStyle();
    Set<String> unforeseen = new LinkedHashSet<>();
    for (PreviewGroups.Group group : groups) {
      console.line(style.bold(hosts(group.hosts()) + ":"));
      ChangeList list = group.changes();
      stat(list, style);
      if (diffs) {
        GitDiff.lines(list.changes()).forEach(line -> console.line(coloured(line, style)));
      }
      if (!list.complete()) {
        console.note("hostler: that list is not complete; it cannot be applied");
      } else if (list.exitCode() != 0) {
        console.note(
            "hostler: there the program "
                + (list.exitCode() < 0 ? "was ended" : "ended with exit code " + list.exitCode())
                + "; what it had done until then is shown, and cannot be applied");
      }
      unforeseen.addAll(list.unforeseen());
    }
    unforeseen.forEach(one -> console.note("hostler: not foreseen: " + Table.printable(one)));
  }

  /** As JSON lines, one for each group. */
  public void json(List<PreviewGroups.Group> groups) {
    for (PreviewGroups.Group group : groups) {
      ChangeList list = group.changes();
      console.line(
          Json.line(
              Json.object()
                  .put("type", "preview")
                  .put("digest", list.digest())
                  .put("hosts", group.hosts().stream().sorted().toList())
                  .put("complete", list.complete())
                  .put("exit_code", list.exitCode() < 0 ? null : list.exitCode())
                  .put("count", list.count())
                  .put(
                      "changes",
                      list.changes().stream().map(one -> Json.raw(one.toString())).toList())
                  .put("unforeseen", list.unforeseen())));
    }
  }

  private static String hosts(List<String> names) {
    List<String> some =
        new ArrayList<>(names.stream().sorted().limit(NAMES).map(Table::printable).toList());
    if (names.size() > NAMES) {
      some.add("and " + (names.size() - NAMES) + " more");
    }
    return (names.size() == 1 ? "1 host: " : names.size() + " hosts: ") + String.join(", ", some);
  }

  private void stat(ChangeList list, Style style) {
    if (list.count() == 0) {
      console.line(" no changes");
      return;
    }
    int width =
        list.changes().stream()
            .mapToInt(one -> path(one).length())
            .filter(n -> n < 80)
            .max()
            .orElse(0);
    int insertions = 0;
    int deletions = 0;
    int[] kinds = new int[3];
    for (JsonNode one : list.changes()) {
      int plus = ChangeList.number(one, "insertions");
      int minus = ChangeList.number(one, "deletions");
      insertions += plus;
      deletions += minus;
      String word = ChangeList.text(one, "change");
      kinds[word.equals("created") ? 0 : word.equals("deleted") ? 2 : 1]++;
      String path = path(one);
      console.line(
          " %-7s %s%s | %s%s"
              .formatted(
                  Table.printable(word),
                  path,
                  " ".repeat(Math.max(0, width - path.length())),
                  GitDiff.words(one),
                  bar(plus, minus, style)));
    }
    if (list.more() > 0) {
      console.line(" and " + list.more() + " more");
    }
    console.line(
        " %d %s: %d created, %d changed, %d deleted; %d insertions(+), %d deletions(-)"
            .formatted(
                list.count(),
                list.count() == 1 ? "path" : "paths",
                kinds[0],
                kinds[1],
                kinds[2],
                insertions,
                deletions));
  }

  private static String path(JsonNode change) {
    return Table.printable(ChangeList.text(change, "path"));
  }

  private static String bar(int plus, int minus, Style style) {
    int sum = plus + minus;
    if (sum == 0) {
      return "";
    }
    int shown = Math.min(sum, BAR);
    int good = (int) Math.round((double) plus * shown / sum);
    return " " + sum + " " + style.good("+".repeat(good)) + style.bad("-".repeat(shown - good));
  }

  private static String coloured(String line, Style style) {
    if (line.startsWith("diff ")) {
      return style.bold(line);
    }
    return line.startsWith("+")
        ? style.good(line)
        : line.startsWith("-") ? style.bad(line) : line.startsWith("@@") ? style.busy(line) : line;
  }
}
