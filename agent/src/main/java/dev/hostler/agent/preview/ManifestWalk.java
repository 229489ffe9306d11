package dev.hostler.agent.preview;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a manifest from its beginning to its end, one path at a time. Not thread-safe. */
final class ManifestWalk implements AutoCloseable {
  private static final int WORLD_PASSES = 1;

  private final BufferedReader lines;
  private final List<byte[]> path = new ArrayList<>();
  private final List<Boolean> open = new ArrayList<>();
  private final List<String> packs = new ArrayList<>();
  private final Set<Integer> encrypted = new HashSet<>();
  private final Map<Integer, String> leaders = new HashMap<>();
  private int index;

  ManifestWalk(InputStream manifest) {
    this.lines = new BufferedReader(new InputStreamReader(manifest, StandardCharsets.US_ASCII));
  }

  /**
   * The next path; null after the last one.
   *
   * @throws IOException if the file is damaged
   */
  @Nullable Entry next() throws IOException {
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(" ", -1);
        if (fields[0].length() == 1) {
          return entry(fields);
        }
        if (fields[0].equals("pack")) {
          if (fields.length > 2) {
            encrypted.add(packs.size());
          }
          packs.add(new String(unescaped(fields[1]), StandardCharsets.UTF_8));
        }
      }
      return null;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("the manifest of a snapshot is damaged", e);
    }
  }

  private Entry entry(String[] fields) {
    int depth = Integer.parseInt(fields[1]);
    while (path.size() > depth) {
      path.removeLast();
      open.removeLast();
    }
    boolean reachable = open.stream().allMatch(Boolean::booleanValue);
    path.add(unescaped(fields[2]));
    char type = fields[0].charAt(0);
    int at = index++;
    if (type == 'n' || type == 'm') {
      open.add(false);
      return new Entry(
          List.copyOf(path), type, 0, "", 0, "", 0, 0, "-", null, "", null, "", reachable);
    }
    int mode = Integer.parseInt(fields[3]);
    open.add((mode & WORLD_PASSES) != 0);
    Entry.Content content = null;
    if (type == 'f' && !fields[18].equals("-")) {
      int pack = Integer.parseInt(fields[18]);
      content =
          new Entry.Content(
              packs.get(pack), encrypted.contains(pack), Long.parseLong(fields[19]), fields[20]);
    }
    return new Entry(
        List.copyOf(path),
        type,
        mode,
        fields[4] + ":" + fields[5],
        Long.parseLong(fields[6]),
        fields[8],
        Long.parseLong(fields[13]),
        Long.parseLong(fields[14]),
        fields[16],
        leader(at, type, fields),
        type == 'f' ? fields[17] : "",
        content,
        type == 'l' ? new String(unescaped(fields[17]), StandardCharsets.UTF_8) : "",
        reachable);
  }

  /** Of things with several names: the first of them, by its own name. */
  private @Nullable String leader(int at, char type, String[] fields) {
    if (type == 'd' || fields[7].equals("1")) {
      return null;
    }
    if (!fields[15].equals("-")) {
      return leaders.get(Integer.valueOf(fields[15]));
    }
    StringBuilder name = new StringBuilder();
    for (byte[] part : path) {
      name.append('/').append(new String(part, StandardCharsets.ISO_8859_1));
    }
    leaders.put(at, name.toString());
    return name.toString();
  }

  private static byte[] unescaped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '%') {
        bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(text.charAt(i));
      }
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
