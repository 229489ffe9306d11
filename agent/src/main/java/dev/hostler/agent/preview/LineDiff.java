package dev.hostler.agent.preview;

import java.util.ArrayList;
import java.util.List;

/**
 * The difference of two texts in the unified form of {@code diff -u}, without its head. Bounded:
 * what is the same at both ends is left out first, and of what is between, the shortest difference
 * is looked for only up to {@link #CELLS}; beyond that all of it counts as replaced.
 *
 * @param text the hunks; empty if the texts are equal
 * @param insertions lines that only the second has
 * @param deletions lines that only the first has
 */
record LineDiff(String text, int insertions, int deletions) {
  private static final int CELLS = 1 << 20;
  private static final int CONTEXT = 3;

  /** A line: kept, taken away or added. */
  private record Step(char sign, String line, int before, int after) {}

  static LineDiff of(String before, String after) {
    List<String> a = lines(before);
    List<String> b = lines(after);
    int head = 0;
    while (head < Math.min(a.size(), b.size()) && a.get(head).equals(b.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < Math.min(a.size(), b.size()) - head
        && a.get(a.size() - 1 - tail).equals(b.get(b.size() - 1 - tail))) {
      tail++;
    }
    List<Step> steps = new ArrayList<>();
    for (int i = Math.max(0, head - CONTEXT); i < head; i++) {
      steps.add(new Step(' ', a.get(i), i, i));
    }
    middle(a, head, a.size() - tail, b, head, b.size() - tail, steps);
    for (int k = 0; k < Math.min(CONTEXT, tail); k++) {
      int i = a.size() - tail + k;
      steps.add(new Step(' ', a.get(i), i, b.size() - tail + k));
    }
    return new LineDiff(hunks(steps), count(steps, '+'), count(steps, '-'));
  }

  private static int count(List<Step> steps, char sign) {
    return (int) steps.stream().filter(step -> step.sign == sign).count();
  }

  /** Each with its line end, if it has one. */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int end = text.indexOf('\n', from);
      int to = end < 0 ? text.length() : end + 1;
      lines.add(text.substring(from, to));
      from = to;
    }
    return lines;
  }

  private static void middle(
      List<String> a, int aFrom, int aTo, List<String> b, int bFrom, int bTo, List<Step> steps) {
    int rows = aTo - aFrom;
    int columns = bTo - bFrom;
    boolean small = (long) (rows + 1) * (columns + 1) <= CELLS;
    int[][] same = new int[small ? rows + 1 : 0][small ? columns + 1 : 0];
    for (int i = rows - 1; small && i >= 0; i--) {
      for (int j = columns - 1; j >= 0; j--) {
        same[i][j] =
            a.get(aFrom + i).equals(b.get(bFrom + j))
                ? same[i + 1][j + 1] + 1
                : Math.max(same[i + 1][j], same[i][j + 1]);
      }
    }
    int i = 0;
    int j = 0;
    while (i < rows || j < columns) {
      String left = i < rows ? a.get(aFrom + i) : "";
      if (small && i < rows && j < columns && left.equals(b.get(bFrom + j))) {
        steps.add(new Step(' ', left, aFrom + i++, bFrom + j++));
      } else if (i < rows && (j == columns || !small || same[i + 1][j] >= same[i][j + 1])) {
        steps.add(new Step('-', left, aFrom + i++, bFrom + j));
      } else {
        steps.add(new Step('+', b.get(bFrom + j), aFrom + i, bFrom + j++));
      }
    }
  }

  private static String hunks(List<Step> steps) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < steps.size()) {
      while (at < steps.size() && steps.get(at).sign == ' ') {
        at++;
      }
      if (at == steps.size()) {
        break;
      }
      int from = Math.max(0, at - CONTEXT);
      int end = at;
      int kept = 0;
      while (end < steps.size() && kept <= 2 * CONTEXT) {
        kept = steps.get(end++).sign == ' ' ? kept + 1 : 0;
      }
      end -= Math.max(0, kept - CONTEXT);
      hunk(steps.subList(from, end), text);
      at = end;
    }
    return text.toString();
  }

  private static void hunk(List<Step> steps, StringBuilder text) {
    int deleted = count(steps, '-');
    int inserted = count(steps, '+');
    int kept = steps.size() - deleted - inserted;
    text.append("@@ -")
        .append(range(steps.getFirst().before, kept + deleted))
        .append(" +")
        .append(range(steps.getFirst().after, kept + inserted))
        .append(" @@\n");
    for (Step step : steps) {
      text.append(step.sign).append(step.line);
      if (!step.line.endsWith("\n")) {
        text.append("\n\\ No newline at end of file\n");
      }
    }
  }

  /** Lines count from 1; an empty range is named by the line before it. */
  private static String range(int from, int length) {
    return length == 1
        ? Integer.toString(from + 1)
        : (length == 0 ? from : from + 1) + "," + length;
  }
}
