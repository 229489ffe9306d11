package dev.hostler.cli.preview;

import dev.hostler.cli.console.Table;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Changes in the form of {@code git diff}, as far as it has words for them. */
final class GitDiff {
  private GitDiff() {}

  static List<String> lines(List<JsonNode> changes) {
    List<String> lines = new ArrayList<>();
    changes.forEach(change -> lines(change, lines));
    return lines;
  }

  private static void lines(JsonNode change, List<String> lines) {
    JsonNode before = side(change, "before");
    JsonNode after = side(change, "after");
    String path = Table.printable(ChangeList.text(change, "path"));
    lines.add("diff --git a" + path + " b" + path);
    if (before.isMissingNode()) {
      lines.add("new " + described(after));
    } else if (after.isMissingNode()) {
      lines.add("deleted " + described(before));
    } else {
      changed(before, after, "mode", lines);
      changed(before, after, "owner", lines);
      changed(before, after, "kind", lines);
      changed(before, after, "target", lines);
      changed(before, after, "flags", lines);
      changed(before, after, "xattrs_sha256", lines);
      if (what(change).contains("links")) {
        lines.add("other hard links");
      }
      if (what(change).contains("mtime")) {
        lines.add("new modification time");
      }
    }
    String text = ChangeList.text(change, "text");
    if (!text.isEmpty()) {
      lines.add("--- " + (before.isMissingNode() ? "/dev/null" : "a" + path));
      lines.add("+++ " + (after.isMissingNode() ? "/dev/null" : "b" + path));
      text.lines().map(GitDiff::safe).forEach(lines::add);
    } else if (change.has("no_text")) {
      String why = ChangeList.text(change, "no_text");
      lines.add(
          why.equals("binary")
              ? "Binary files a" + path + " and b" + path + " differ"
              : "Text not shown: " + Table.printable(why));
    }
  }

  private static JsonNode side(JsonNode change, String key) {
    JsonNode found = change.get(key);
    return found == null ? MissingNode.getInstance() : found;
  }

  /** "file mode 100644, owner 0:0". */
  private static String described(JsonNode attributes) {
    String kind = ChangeList.text(attributes, "kind");
    String type =
        switch (kind) {
          case "file" -> "10";
          case "directory" -> "04";
          case "link" -> "12";
          default -> "";
        };
    String target = ChangeList.text(attributes, "target");
    return Table.printable(
        kind
            + (kind.equals("link")
                ? " to " + target
                : " mode " + type + ChangeList.text(attributes, "mode"))
            + ", owner "
            + ChangeList.text(attributes, "owner"));
  }

  private static void changed(JsonNode before, JsonNode after, String key, List<String> lines) {
    String old = value(before, key);
    String now = value(after, key);
    if (!old.equals(now)) {
      lines.add("old " + key + " " + (old.isEmpty() ? "none" : old));
      lines.add("new " + key + " " + (now.isEmpty() ? "none" : now));
    }
  }

  private static String value(JsonNode attributes, String key) {
    JsonNode found = attributes.get(key);
    return found == null ? "" : Table.printable(found.asString());
  }

  private static List<String> what(JsonNode change) {
    List<String> words = new ArrayList<>();
    JsonNode what = change.get("what");
    if (what != null) {
      what.forEach(one -> words.add(one.asString()));
    }
    return words;
  }

  /** What is changed, for a line of its own: "mode, owner", "file, 312 bytes", "binary". */
  static String words(JsonNode change) {
    List<String> words = new ArrayList<>(what(change));
    if (words.isEmpty()) {
      words.add(ChangeList.text(change, "kind"));
    }
    if (change.has("no_text")) {
      words.add(ChangeList.text(change, "no_text").equals("binary") ? "binary" : "text not shown");
    }
    return Table.printable(String.join(", ", words));
  }

  private static String safe(String line) {
    return line.codePoints()
        .map(c -> Character.isISOControl(c) && c != '\t' ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
