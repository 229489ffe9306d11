package dev.hostler.agent.snapshot;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a snapshot without reading all of it.
 *
 * @param id the attempt that it was taken for: "task.number"
 * @param jobId the job of that attempt
 * @param operator who signed the job
 * @param work what was run: "bundle version action"
 * @param rollback is it restored by itself when the attempt fails?
 * @param paths what was captured
 * @param taken when; null: it was not finished
 * @param storedBytes that it added
 * @param sealed is it known how the attempt left the paths?
 * @param pinned is it kept until it is removed by hand?
 * @param packs the packs in which its bytes are
 * @param kind what it was taken for
 * @param checkpoint the name of the checkpoint that it is, or is a plan for; empty otherwise
 */
public record SnapshotInfo(
    String id,
    String jobId,
    String operator,
    String work,
    boolean rollback,
    List<String> paths,
    @Nullable Instant taken,
    long storedBytes,
    boolean sealed,
    boolean pinned,
    List<String> packs,
    SnapshotKind kind,
    String checkpoint) {

  /** Copies the lists. */
  public SnapshotInfo {
    paths = List.copyOf(paths);
    packs = List.copyOf(packs);
  }

  /** Before it is taken. */
  public static SnapshotInfo wanted(
      String id, String jobId, String operator, String work, boolean rollback, List<String> paths) {
    return new SnapshotInfo(
        id,
        jobId,
        operator,
        work,
        rollback,
        paths,
        null,
        0,
        false,
        false,
        List.of(),
        SnapshotKind.ROLLBACK,
        "");
  }

  /** The same, taken for something else. */
  public SnapshotInfo as(SnapshotKind other, String otherId) {
    return copy(otherId, other, checkpoint);
  }

  /** The same, which is a checkpoint, or a plan for one. */
  public SnapshotInfo named(String name) {
    return copy(id, kind, name);
  }

  private SnapshotInfo copy(String newId, SnapshotKind newKind, String newCheckpoint) {
    return new SnapshotInfo(
        newId,
        jobId,
        operator,
        work,
        rollback,
        paths,
        taken,
        storedBytes,
        sealed,
        pinned,
        packs,
        newKind,
        newCheckpoint);
  }

  /** Is it whole? */
  public boolean complete() {
    return taken != null;
  }

  void write(Path directory) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("job=").append(jobId).append('\n');
    text.append("operator=").append(operator).append('\n');
    text.append("work=").append(work).append('\n');
    text.append("rollback=").append(rollback).append('\n');
    text.append("kind=").append(kind).append('\n');
    text.append("checkpoint=").append(checkpoint).append('\n');
    for (String path : paths) {
      text.append("path=").append(path).append('\n');
    }
    SnapshotFiles.write(directory.resolve(SnapshotFiles.INFO), text.toString());
  }

  static SnapshotInfo read(Path directory) throws IOException {
    String jobId = "";
    String operator = "";
    String work = "";
    boolean rollback = false;
    SnapshotKind kind = SnapshotKind.ROLLBACK;
    String checkpoint = "";
    List<String> paths = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve(SnapshotFiles.INFO))) {
      String value = line.substring(line.indexOf('=') + 1);
      switch (line.substring(0, Math.max(0, line.indexOf('=')))) {
        case "job" -> jobId = value;
        case "operator" -> operator = value;
        case "work" -> work = value;
        case "rollback" -> rollback = Boolean.parseBoolean(value);
        case "kind" -> kind = SnapshotKind.valueOf(value);
        case "checkpoint" -> checkpoint = value;
        case "path" -> paths.add(value);
        default -> {}
      }
    }
    Instant taken = null;
    long stored = 0;
    List<String> packs = new ArrayList<>();
    Path manifest = directory.resolve("manifest");
    if (Files.exists(manifest, LinkOption.NOFOLLOW_LINKS)) {
      try (BufferedReader lines = Files.newBufferedReader(manifest, StandardCharsets.ISO_8859_1)) {
        lines.readLine();
        taken = instant(value(lines.readLine(), "taken "));
        stored = Long.parseLong(value(lines.readLine(), "stored "));
        for (String line = lines.readLine();
            line != null && line.startsWith("pack ");
            line = lines.readLine()) {
          packs.add(value(line, "pack ").split(" ", 2)[0]); // and the key of an encrypted one
        }
      } catch (NumberFormatException e) {
        throw new IOException(manifest + " is damaged", e);
      }
    }
    return new SnapshotInfo(
        String.valueOf(directory.getFileName()),
        jobId,
        operator,
        work,
        rollback,
        paths,
        taken,
        stored,
        Files.exists(directory.resolve("after"), LinkOption.NOFOLLOW_LINKS),
        Files.exists(directory.resolve("pinned"), LinkOption.NOFOLLOW_LINKS),
        packs,
        kind,
        checkpoint);
  }

  private static String value(@Nullable String line, String key) throws IOException {
    if (line == null || !line.startsWith(key)) {
      throw new IOException("a snapshot's manifest has no line \"" + key + "…\"");
    }
    return line.substring(key.length());
  }

  private static Instant instant(String text) {
    int dot = text.indexOf('.');
    return Instant.ofEpochSecond(
        Long.parseLong(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1)));
  }
}
