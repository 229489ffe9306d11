package dev.hostler.agent.preview;

import dev.hostler.agent.snapshot.PreviewText;
import dev.hostler.trust.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes what differs between two snapshots, a JSON object a line. Says nothing of times, inodes or
 * the host, so that hosts that would be changed in the same way have the same bytes. Not
 * thread-safe.
 */
final class ChangeList {
  /** More are only counted, and hashed. */
  static final int MOST = 20_000;

  /** Bytes of text in the whole list. */
  static final int MOST_TEXT = 1 << 20;

  private final OutputStream out;
  private final FileText text;
  private final PreviewText shown;
  private final boolean secrets;
  private final MessageDigest rest = sha256();
  private int count;
  private int textBytes;

  /**
   * @param packs what reads from packs
   * @param shown of which files the text is shown
   * @param secrets did the program get secret parameters? then no text is shown
   */
  ChangeList(OutputStream out, FileText.Packs packs, PreviewText shown, boolean secrets) {
    this.out = out;
    this.text = new FileText(packs);
    this.shown = shown;
    this.secrets = secrets;
  }

  /**
   * Writes all that differs between two manifests, in the order of the paths.
   *
   * @return how many paths
   */
  int changes(InputStream before, InputStream after) throws IOException {
    try (ManifestWalk was = new ManifestWalk(before);
        ManifestWalk is = new ManifestWalk(after)) {
      Entry a = was.next();
      Entry b = is.next();
      while (a != null || b != null) {
        int order = a == null ? 1 : b == null ? -1 : Entry.order(a, b);
        if (order == 0) {
          both(a, b);
        } else {
          both(order < 0 ? a : null, order < 0 ? null : b);
        }
        a = order <= 0 ? was.next() : a;
        b = order >= 0 ? is.next() : b;
      }
    }
    if (count > MOST) {
      line(
          Json.MAPPER
              .createObjectNode()
              .put("type", "more")
              .put("changes", count - MOST)
              .put("sha256", HexFormat.of().formatHex(rest.digest())));
    }
    return count;
  }

  /** Writes what is there besides changes. */
  void line(ObjectNode object) throws IOException {
    out.write(bytes(object));
  }

  private static byte[] bytes(ObjectNode object) {
    return (Json.MAPPER.writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private void both(@Nullable Entry a, @Nullable Entry b) throws IOException {
    Entry was = a != null && a.exists() ? a : null;
    Entry is = b != null && b.exists() ? b : null;
    Entry named = is == null ? was : is;
    if (named == null) {
      return;
    }
    ObjectNode line = Json.MAPPER.createObjectNode().put("type", "change");
    line.put("change", was == null ? "created" : is == null ? "deleted" : "changed");
    line.put("path", named.name()).put("kind", named.kind());
    if (was != null && is != null) {
      List<String> what = differences(was, is);
      if (what.isEmpty()) {
        return;
      }
      var words = line.putArray("what");
      what.forEach(words::add);
    }
    count++;
    if (was != null) {
      line.set("before", attributes(was));
    }
    if (is != null) {
      line.set("after", attributes(is));
    }
    if (count > MOST) {
      rest.update(bytes(line));
      return;
    }
    content(was, is, line);
    line(line);
  }

  private static List<String> differences(Entry a, Entry b) {
    List<String> what = new ArrayList<>();
    if (a.type() != b.type()) {
      what.add("type");
    }
    boolean content = !a.hash().equals(b.hash());
    add(what, "content", content && a.type() == b.type());
    add(what, "target", !a.target().equals(b.target()) && a.type() == b.type());
    add(what, "device", a.device() != b.device());
    add(what, "mode", a.type() != 'l' && b.type() != 'l' && a.mode() != b.mode());
    add(what, "owner", !a.owner().equals(b.owner()));
    add(what, "flags", a.flags() != b.flags());
    add(what, "xattrs", !a.xattrs().equals(b.xattrs()));
    add(what, "links", a.type() == b.type() && !Objects.equals(a.leader(), b.leader()));
    // Of what has new content, and of a directory, the time only follows.
    add(what, "mtime", what.isEmpty() && b.type() != 'd' && !a.mtime().equals(b.mtime()));
    return what;
  }

  private static void add(List<String> what, String word, boolean differs) {
    if (differs) {
      what.add(word);
    }
  }

  private static ObjectNode attributes(Entry entry) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("kind", entry.kind());
    if (entry.type() != 'l') {
      node.put("mode", "%04o".formatted(entry.mode()));
    }
    node.put("owner", entry.owner());
    switch (entry.type()) {
      case 'f' -> node.put("size", entry.size()).put("sha256", entry.hash());
      case 'l' -> node.put("target", entry.target());
      case 'c', 'b' -> node.put("device", entry.device());
      default -> {}
    }
    if (entry.flags() != 0) {
      node.put("flags", entry.flags());
    }
    if (!entry.xattrs().equals("-")) {
      node.put(
          "xattrs_sha256",
          HexFormat.of()
              .formatHex(sha256().digest(entry.xattrs().getBytes(StandardCharsets.US_ASCII))));
    }
    return node;
  }

  private void content(@Nullable Entry was, @Nullable Entry is, ObjectNode line)
      throws IOException {
    Entry a = was != null && was.type() == 'f' ? was : null;
    Entry b = is != null && is.type() == 'f' ? is : null;
    if ((a == null && b == null) || (a != null && b != null && a.hash().equals(b.hash()))) {
      return;
    }
    String why = hidden(a, b);
    if (why != null) {
      line.put("no_text", why);
      return;
    }
    String before = a == null ? "" : text.read(a);
    String after = b == null ? "" : text.read(b);
    if (before == null || after == null) {
      line.put("no_text", "binary");
      return;
    }
    LineDiff diff = LineDiff.of(before, after);
    line.put("insertions", diff.insertions()).put("deletions", diff.deletions());
    int bytes = diff.text().getBytes(StandardCharsets.UTF_8).length;
    if (textBytes + bytes > MOST_TEXT) {
      line.put("no_text", "too much text in all");
      return;
    }
    textBytes += bytes;
    line.put("text", diff.text());
  }

  private @Nullable String hidden(@Nullable Entry a, @Nullable Entry b) throws IOException {
    if (secrets) {
      return "the program had secret parameters";
    }
    if (shown == PreviewText.NONE) {
      return "this host shows none (snapshots.preview_text)";
    }
    if (shown == PreviewText.PUBLIC && !(isPublic(a) && isPublic(b))) {
      return "not everybody on the host may read it (snapshots.preview_text)";
    }
    if ((a != null && a.size() > FileText.MAX) || (b != null && b.size() > FileText.MAX)) {
      return "large";
    }
    return null;
  }

  private static boolean isPublic(@Nullable Entry file) throws IOException {
    if (file == null) {
      return true;
    }
    if ((file.mode() & 4) == 0 || !file.open()) {
      return false;
    }
    Path root = Path.of(new String(file.path().getFirst(), StandardCharsets.UTF_8));
    for (Path up = root.getParent(); up != null; up = up.getParent()) {
      if (Files.exists(up)
          && !Files.getPosixFilePermissions(up).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
