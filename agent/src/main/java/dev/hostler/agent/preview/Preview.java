package dev.hostler.agent.preview;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.sandbox.SandboxSpec;
import dev.hostler.agent.sandbox.WritablePath;
import dev.hostler.agent.snapshot.PreviewSource;
import dev.hostler.agent.snapshot.Previews;
import dev.hostler.agent.snapshot.SnapshotException;
import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.trust.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Previews an attempt: captures what it may write, has it run over layers, and tells what would
 * have changed. Every step can be done again after a crash. Thread-safe.
 */
public final class Preview {
  private static final String LAYERS = "overlay";
  private static final String UNFORESEEN = "unforeseen";

  private final Previews previews;

  /** Keeps them here. */
  public Preview(Previews previews) {
    this.previews = previews;
  }

  /**
   * A sandbox in which nothing that the program does lasts.
   *
   * @throws RefusedException if that cannot be made
   */
  public SandboxSpec sandbox(SandboxSpec spec) throws RefusedException {
    if (spec.files().writable().isEmpty()) {
      throw new RefusedException(
          Refusal.PREVIEW_IMPOSSIBLE, "the action may write nothing: there is nothing to preview");
    }
    try {
      List<Path> places =
          LayerPlaces.of(
              spec.files().writable().stream().map(WritablePath::path).toList(),
              LayerPlaces.mounts(),
              previews.store());
      return Harmless.of(spec).spec().withFiles(spec.files().withPreview(places));
    } catch (IOException e) {
      throw new RefusedException(Refusal.PREVIEW_IMPOSSIBLE, "the mounts of this host: " + e);
    }
  }

  /**
   * Captures all that the program may write, before it is started.
   *
   * @param wanted the id and for whom; with the writable paths
   * @param source whose program it is
   * @param spec the sandbox as declared
   * @throws RefusedException if that cannot be done: nothing may be started then
   */
  public void before(SnapshotInfo wanted, PreviewSource source, SandboxSpec spec)
      throws RefusedException, InterruptedException {
    try {
      previews.captureBefore(wanted);
      previews.note(wanted.id(), source);
      Files.write(
          previews.changes(wanted.id()).resolveSibling(UNFORESEEN), Harmless.of(spec).unforeseen());
    } catch (SnapshotException e) {
      throw new RefusedException(
          e.space() ? Refusal.SNAPSHOT_NO_ROOM : Refusal.PREVIEW_IMPOSSIBLE,
          "no preview, so nothing was run: " + e.getMessage());
    } catch (IOException e) {
      throw new RefusedException(
          Refusal.PREVIEW_IMPOSSIBLE, "no preview, so nothing was run: " + e);
    }
  }

  /** Was this attempt's preview begun? */
  public boolean has(String id) throws IOException {
    return previews.has(id);
  }

  /** How a preview ended. */
  public record Told(long bytes, String words, long changes) {}

  /**
   * Tells what the program would have changed.
   *
   * @param folder of the attempt: the layers are in it, and "stdout", which gets the list
   * @param exitCode of the program; negative: it was ended by something else
   * @param secrets did it get secret parameters?
   * @throws IOException if it cannot be told
   */
  public Told after(String id, Path folder, int exitCode, boolean secrets)
      throws IOException, InterruptedException {
    String meanwhile = "";
    if (!previews.hasChanges(id)) {
      previews.captureAfter(id, overlays(folder));
      meanwhile = previews.seal(id);
      previews.writeChanges(
          id,
          (out, before, after) -> {
            ChangeList list = new ChangeList(out, previews::bytes, previews.text(), secrets);
            int changes = list.changes(before, after);
            for (String line :
                Files.readAllLines(previews.changes(id).resolveSibling(UNFORESEEN))) {
              list.line(Json.MAPPER.createObjectNode().put("type", "unforeseen").put("text", line));
            }
            list.line(
                Json.MAPPER
                    .createObjectNode()
                    .put("type", "end")
                    .put("changes", changes)
                    .put("exit_code", exitCode));
          });
    }
    if (exitCode != 0) {
      previews.dropAfter(id);
    }
    long bytes = copy(previews.readChanges(id), folder.resolve("stdout"));
    previews.removeTree(folder, LAYERS);
    return new Told(
        bytes,
        "preview "
            + id
            + (meanwhile.isEmpty() ? "" : ", but others changed the paths meanwhile: " + meanwhile),
        previews.countChanges(id));
  }

  /** Nothing of it is wanted. */
  public void drop(String id, Path folder) throws IOException, InterruptedException {
    previews.drop(id);
    previews.removeTree(folder, LAYERS);
  }

  /** The same bytes at the same place, however often: they may have been sent already. */
  static long copy(InputStream list, Path to) throws IOException {
    try (list;
        FileChannel out =
            FileChannel.open(
                to,
                Set.of(
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS))) {
      OutputStream stream = Channels.newOutputStream(out);
      long bytes = list.transferTo(stream);
      out.force(true);
      return bytes;
    }
  }

  /** As the launcher was told to lay them. */
  private static List<Previews.Overlay> overlays(Path folder) throws IOException {
    List<Previews.Overlay> overlays = new ArrayList<>();
    String spec = Files.readString(folder.resolve("spec"), StandardCharsets.UTF_8);
    for (String field : spec.split("\0", -1)) {
      if (field.startsWith("preview=")) {
        overlays.add(
            new Previews.Overlay(
                Path.of(field.substring("preview=".length())),
                folder.resolve(LAYERS).resolve(Integer.toString(overlays.size()))));
      }
    }
    return overlays;
  }
}
