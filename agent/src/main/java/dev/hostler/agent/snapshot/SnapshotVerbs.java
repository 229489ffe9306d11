package dev.hostler.agent.snapshot;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;

/**
 * What operators can ask about snapshots, one line of text a fact: names, hashes and sizes, never a
 * byte of content. Thread-safe.
 */
public final class SnapshotVerbs {
  private final Snapshots snapshots;
  private final Previews previews;
  private final Restores restores;

  /** On these snapshots. */
  public SnapshotVerbs(Snapshots snapshots) {
    this.snapshots = snapshots;
    this.previews = new Previews(snapshots);
    this.restores = new Restores(snapshots);
  }

  /**
   * The id of the snapshot that is meant.
   *
   * @param name an id of a snapshot or a job
   * @param shown with "apply": digests of lists of changes
   * @return empty where the verb needs none
   * @throws RefusedException if there is no such snapshot, or no such verb
   */
  public String require(String verb, String name, List<String> shown)
      throws RefusedException, IOException {
    return switch (verb) {
      case "list" -> "";
      case "apply" -> previews.requireShown(name, shown);
      case "show", "diff", "restore", "rewind", "pin", "unpin", "remove" -> {
        SnapshotInfo found =
            snapshots
                .find(name)
                .orElseThrow(() ->
                    new RefusedException(
                        Refusal.SNAPSHOT_FAILED,
                        "there is no snapshot "
                            + name
                            + " on this host, and none of a job of that id"));
        requireNoCheckpoint(verb, found);
        yield found.id();
      }
      default ->
          throw new RefusedException(
              Refusal.SNAPSHOT_FAILED, "this agent is too old for \"" + verb + "\": update it");
    };
  }

  /**
   * Does it.
   *
   * @param id of {@link #require}
   * @param started told of the process that does it, if there is one
   * @return an exit code
   */
  public int run(
      String verb, String id, boolean force, Path stdout, Path stderr, Consumer<Process> started)
      throws IOException, InterruptedException {
    switch (verb) {
      case "diff", "restore", "apply" -> {
        return restores.one(verb, id, force, stdout, stderr, started);
      }
      case "rewind" -> {
        return restores.chain(id, force, stdout, stderr, started);
      }
      default -> {}
    }
    try (PrintStream out =
        new PrintStream(
            Files.newOutputStream(stdout, StandardOpenOption.TRUNCATE_EXISTING),
            false,
            StandardCharsets.UTF_8)) {
      switch (verb) {
        case "list" ->
            snapshots.list().stream()
                .filter(one -> one.complete() && one.kind() != SnapshotKind.AFTER)
                .forEach(one -> out.println(line(one) + encrypted(one)));
        case "show" -> show(id, out);
        case "pin", "unpin" -> {
          snapshots.pin(id, verb.equals("pin"));
          out.println(verb + "ned " + id);
        }
        case "remove" -> {
          snapshots.remove(id);
          out.println("removed " + id);
        }
        default -> throw new IOException("no verb " + verb);
      }
    }
    return 0;
  }

  /** A checkpoint is the fleet's: what is known of it there must stay true. */
  private static void requireNoCheckpoint(String verb, SnapshotInfo one) throws RefusedException {
    if (one.kind() == SnapshotKind.CHECKPOINT && (verb.equals("remove") || verb.equals("unpin"))) {
      throw new RefusedException(
          Refusal.SNAPSHOT_FAILED,
          "it is the checkpoint %s: hostler checkpoint remove %s"
              .formatted(one.checkpoint(), one.checkpoint()));
    }
  }

  private static String line(SnapshotInfo one) {
    return "%s  %s  %s  %d bytes  job %s  by %s  %s%s%s"
        .formatted(
            one.id(),
            one.taken() == null ? "-" : one.taken().truncatedTo(ChronoUnit.SECONDS),
            one.work(),
            one.storedBytes(),
            one.jobId(),
            one.operator(),
            String.join(" ", one.paths()),
            note(one),
            one.pinned() ? "  pinned" : "");
  }

  /** Is it, and can it still be read? */
  private String encrypted(SnapshotInfo one) {
    try {
      return snapshots
          .keyOf(one.id())
          .map(key -> snapshots.vault().has(key) ? "  encrypted" : "  encrypted, its key is lost")
          .orElse("");
    } catch (IOException e) {
      return "  cannot be read: " + e.getMessage();
    }
  }

  private static String note(SnapshotInfo one) {
    return switch (one.kind()) {
      case CHECKPOINT -> "  checkpoint " + one.checkpoint();
      case PREVIEW ->
          one.checkpoint().isEmpty()
              ? "  preview"
              : "  plan to restore checkpoint " + one.checkpoint();
      case ROLLBACK, AFTER -> "";
    };
  }

  private void show(String id, PrintStream out) throws IOException {
    snapshots.find(id).ifPresent(one -> out.println(line(one) + encrypted(one)));
    snapshots.state().lines(id).forEach(out::println);
    try (InputStream manifest = snapshots.read(id, "manifest")) {
      ManifestLines.each(manifest, out::println);
    }
  }
}
