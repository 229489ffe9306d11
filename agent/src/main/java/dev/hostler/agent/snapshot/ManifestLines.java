package dev.hostler.agent.snapshot;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What a snapshot's manifest has, a line a path for people: never a byte of content. */
final class ManifestLines {
  private static final int MODE = 3;
  private static final int UID = 4;
  private static final int GID = 5;
  private static final int SIZE = 14;
  private static final int HASH = 17;

  private ManifestLines() {}

  /** Reads from its beginning to its end, without keeping it. */
  static void each(InputStream manifest, Consumer<String> line) throws IOException {
    List<String> path = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(manifest, StandardCharsets.US_ASCII))) {
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        String[] fields = text.split(" ", -1);
        if (fields.length < 3 || fields[0].length() != 1) {
          continue; // the head and the end
        }
        int depth = Integer.parseInt(fields[1]);
        while (path.size() > depth) {
          path.removeLast();
        }
        path.add(fields[2]);
        line.accept(describe(fields, String.join("/", path)));
      }
    } catch (RuntimeException e) {
      throw new IOException("the manifest is damaged", e);
    }
  }

  /** How many paths a manifest has, and how much their files come to. */
  record Sum(long entries, long bytes) {}

  /** Adds up a manifest. A file that has several names counts with each. */
  static Sum sum(InputStream manifest) throws IOException {
    long entries = 0;
    long bytes = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(manifest, StandardCharsets.US_ASCII))) {
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        String[] fields = text.split(" ", -1);
        if (fields.length >= 3 && fields[0].length() == 1) {
          entries++;
          bytes += fields[0].equals("f") ? Long.parseLong(fields[SIZE]) : 0;
        }
      }
    } catch (RuntimeException e) {
      throw new IOException("the manifest is damaged", e);
    }
    return new Sum(entries, bytes);
  }

  private static String describe(String[] fields, String path) {
    return switch (fields[0]) {
      case "n" -> "absent     " + path;
      case "m" -> "mount      " + path;
      default ->
          "%s %04o %s:%s %s %s%s"
              .formatted(
                  fields[0],
                  Integer.parseInt(fields[MODE]),
                  fields[UID],
                  fields[GID],
                  fields[0].equals("f") ? fields[SIZE] : "-",
                  fields[0].equals("f") ? fields[HASH] + " " : "",
                  path);
    };
  }
}
