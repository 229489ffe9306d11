package dev.hostler.agent.snapshot;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is kept of previews: a snapshot of how the paths were, one of how the program would have
 * left them, and the list of changes between the two. Thread-safe.
 */
public final class Previews {
  private static final String AFTER = ".after";
  private static final String CHANGES = "changes";
  private static final Pattern COUNT = Pattern.compile("\"changes\":(\\d+)");

  private final Snapshots snapshots;

  /** Beside these snapshots. */
  public Previews(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  static String after(String id) {
    return id + AFTER;
  }

  /**
   * Layers that took what a program wrote.
   *
   * @param directory over which they lay
   * @param layers has "upper" and "work"
   */
  public record Overlay(Path directory, Path layers) {}

  /**
   * Captures how the paths are.
   *
   * @param wanted of {@link SnapshotInfo#wanted}
   * @throws SnapshotException if it cannot be done; nothing is left then
   */
  public void captureBefore(SnapshotInfo wanted) throws IOException, InterruptedException {
    snapshots.capture(
        wanted.as(SnapshotKind.PREVIEW, wanted.id()),
        snapshots.bases(wanted.paths()),
        List.of("--for", "preview"));
  }

  /** Notes whose program was previewed. */
  public void note(String id, PreviewSource source) throws IOException {
    source.write(snapshots.directory(id));
  }

  /**
   * What was noted.
   *
   * @throws IOException if it cannot be read
   */
  public PreviewSource source(String id) throws IOException {
    return PreviewSource.read(snapshots.directory(id));
  }

  /** Name of the operator who had it made. */
  public String operator(String id) throws IOException {
    return SnapshotInfo.read(snapshots.directory(id)).operator();
  }

  /** Is there one of this attempt, ended or not? */
  public boolean has(String id) throws IOException {
    return snapshots.has(id)
        && SnapshotInfo.read(snapshots.directory(id)).kind() == SnapshotKind.PREVIEW;
  }

  /** Does it have its list of changes? */
  public boolean hasChanges(String id) {
    return Files.exists(changes(id), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Captures how the program left what it saw.
   *
   * @throws SnapshotException if it cannot be done
   */
  public void captureAfter(String id, List<Overlay> overlays)
      throws IOException, InterruptedException {
    SnapshotInfo before = SnapshotInfo.read(snapshots.directory(id));
    SnapshotInfo wanted =
        SnapshotInfo.wanted(
            after(id), before.jobId(), before.operator(), before.work(), false, before.paths());
    List<String> options = new ArrayList<>();
    for (Overlay overlay : overlays) {
      options.addAll(
          List.of(
              "--overlay",
              overlay.directory().toString(),
              "--layers",
              overlay.layers().toString()));
    }
    snapshots.capture(wanted.as(SnapshotKind.AFTER, after(id)), List.of(id), options);
  }

  /** What writes a list of changes. */
  public interface Writer {
    /** Writes from the manifests of before and after. */
    void write(OutputStream out, InputStream before, InputStream after) throws IOException;
  }

  /** Writes the list of changes; it is there when, and only when, it is whole and durable. */
  public void writeChanges(String id, Writer writer) throws IOException {
    try (Snapshots.Use _ = snapshots.use();
        InputStream before = snapshots.read(id, "manifest");
        InputStream after = snapshots.read(after(id), "manifest")) {
      SnapshotFiles.write(
          changes(id),
          snapshots.vault().files(),
          id + "/" + CHANGES,
          out -> writer.write(out, before, after));
    }
  }

  /** How many changes the list has; it says so in its last line. */
  public long countChanges(String id) throws IOException {
    String last = "";
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(readChanges(id), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line;
      }
    }
    Matcher count = COUNT.matcher(last);
    return count.find() ? Long.parseLong(count.group(1)) : 0;
  }

  /**
   * The list of changes.
   *
   * @throws IOException if it cannot be read
   */
  public InputStream readChanges(String id) throws IOException {
    return snapshots.read(id, CHANGES);
  }

  /** Where the list of changes is. */
  public Path changes(String id) {
    return snapshots.directory(id).resolve(CHANGES);
  }

  /** Where they are kept. */
  public Path store() {
    return snapshots.directory("");
  }

  /** Of which files the text may be shown. */
  public PreviewText text() {
    return snapshots.settings().previewText();
  }

  /** Most bytes of one. */
  public long largestBytes() {
    return snapshots.settings().largestBytes();
  }

  /** How many bytes of the disk stay free. */
  public long keepFreeBytes() {
    return snapshots.settings().keepFreeBytes();
  }

  /**
   * Bytes of a pack.
   *
   * @param encrypted is it?
   * @throws IOException if they cannot be read
   */
  public byte[] bytes(String pack, boolean encrypted, long offset, int length) throws IOException {
    return snapshots
        .vault()
        .files()
        .read(snapshots.pack(pack), SnapshotShelf.PACKS + "/" + pack, encrypted, offset, length);
  }

  /**
   * Notes how the host itself is now.
   *
   * @return what of it is not as before, in words; empty if it is
   */
  public String seal(String id) throws IOException, InterruptedException {
    long differences = snapshots.seal(id);
    return differences == 0 ? "" : differences + " differences";
  }

  /** Nothing of it is wanted. */
  public void drop(String id) {
    snapshots.drop(id);
  }

  /** There is nothing to apply. */
  public void dropAfter(String id) {
    snapshots.drop(after(id));
  }

  /** Removes a tree, whatever a program has made of it. */
  public void removeTree(Path folder, String name) throws IOException, InterruptedException {
    snapshots.run(List.of("remove", folder.toString(), name));
  }

  /**
   * The preview that may be applied.
   *
   * @param name its id, or its job's
   * @param shown SHA-256 of lists of changes that the operator has seen
   * @throws RefusedException if there is none, or what it has is not among them
   */
  String requireShown(String name, List<String> shown) throws RefusedException, IOException {
    SnapshotInfo found =
        snapshots
            .find(name)
            .filter(one -> one.kind() == SnapshotKind.PREVIEW && hasChanges(one.id()))
            .orElseThrow(() ->
                refused("this host has no preview " + name + ": it was dropped, or never made"));
    if (!snapshots.has(after(found.id()))) {
      throw refused("the previewed program did not succeed: there is nothing to apply");
    }
    String digest = digest(found.id());
    if (!shown.contains(digest)) {
      throw refused(
          "the changes that this host would make (SHA-256 "
              + digest
              + ") are not among those that the operator was shown");
    }
    return found.id();
  }

  private static RefusedException refused(String why) {
    return new RefusedException(Refusal.PREVIEW_IMPOSSIBLE, why);
  }

  /** SHA-256 of its list of changes, in hex. */
  String digest(String id) throws IOException {
    return digest(readChanges(id));
  }

  private static String digest(InputStream changes) throws IOException {
    try (InputStream in = new DigestInputStream(changes, MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
