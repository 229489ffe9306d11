package dev.hostler.agent.snapshot;

import dev.hostler.agent.attempt.CheckpointHeld;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Named points to which this host can be brought back: snapshots that stay until they are removed
 * by name. What bringing back would change is planned first, and kept as a preview is; restoring
 * does what a plan said. Every step can be done again after a crash. Thread-safe.
 */
public final class Checkpoints {
  private static final int BASES = 3;

  private final Snapshots snapshots;
  private final Previews previews;
  private final Restores restores;

  /** Two attempts must not make one name twice. */
  private final ReentrantLock making = new ReentrantLock();

  /** Among these snapshots. */
  public Checkpoints(Snapshots snapshots) {
    this.snapshots = snapshots;
    this.previews = new Previews(snapshots);
    this.restores = new Restores(snapshots);
  }

  /** The one of a name. */
  public Optional<SnapshotInfo> find(String name) throws IOException {
    return snapshots.list().stream()
        .filter(one -> one.complete() && one.kind() == SnapshotKind.CHECKPOINT)
        .filter(one -> one.checkpoint().equals(name))
        .findFirst();
  }

  /**
   * The one of a name.
   *
   * @throws RefusedException if there is none
   */
  public SnapshotInfo require(String name) throws RefusedException, IOException {
    return find(name)
        .orElseThrow(() ->
            new RefusedException(
                Refusal.CHECKPOINT_MISSING, "there is no checkpoint " + name + " on this host"));
  }

  /** What there is of it now. */
  public CheckpointHeld held(String name) throws IOException {
    SnapshotInfo found = find(name).orElse(null);
    if (found == null) {
      return CheckpointHeld.none(name, false);
    }
    try (InputStream manifest = snapshots.read(found.id(), "manifest")) {
      ManifestLines.Sum sum = ManifestLines.sum(manifest);
      return new CheckpointHeld(
          name, found.id(), found.taken(), sum.entries(), sum.bytes(), found.storedBytes(), false);
    }
  }

  /**
   * Keeps paths as they are now.
   *
   * @param wanted of {@link SnapshotInfo#wanted}: its id, for whom, and which paths
   * @throws RefusedException if there is another of that name
   * @throws SnapshotException if it cannot be done; nothing is left then
   */
  public void create(String name, SnapshotInfo wanted)
      throws RefusedException, IOException, InterruptedException {
    making.lockInterruptibly();
    try {
      SnapshotInfo there = find(name).orElse(null);
      if (there == null) {
        snapshots.capture(wanted.as(SnapshotKind.CHECKPOINT, wanted.id()).named(name));
      } else if (!there.id().equals(wanted.id())) {
        throw new RefusedException(
            Refusal.CHECKPOINT_EXISTS,
            "this host has a checkpoint %s already, taken %s of %s; remove it first, or use another name"
                .formatted(name, there.taken(), String.join(" ", there.paths())));
      }
      snapshots.pin(wanted.id(), true);
      snapshots.seal(wanted.id());
    } finally {
      making.unlock();
    }
  }

  /**
   * Notes how the paths are now and how they were at the checkpoint, as a preview has it.
   *
   * @param wanted of {@link SnapshotInfo#wanted}, with any paths
   * @param writer writes the list of changes between the two
   * @throws RefusedException if there is no such checkpoint
   * @throws SnapshotException if it cannot be done
   */
  public void plan(String name, SnapshotInfo wanted, Previews.Writer writer)
      throws RefusedException, IOException, InterruptedException {
    String id = wanted.id();
    if (!previews.hasChanges(id)) {
      SnapshotInfo point = require(name);
      SnapshotInfo now =
          SnapshotInfo.wanted(
                  id, wanted.jobId(), wanted.operator(), wanted.work(), false, point.paths())
              .as(SnapshotKind.PREVIEW, id)
              .named(name);
      snapshots.capture(now, like(point), List.of());
      copy(point.id(), now.as(SnapshotKind.AFTER, Previews.after(id)));
      snapshots.seal(id);
      previews.writeChanges(id, writer);
    }
  }

  /** Makes a snapshot once more under another name, with the same bytes; once. */
  private void copy(String id, SnapshotInfo as) throws IOException, InterruptedException {
    try (Snapshots.Use _ = snapshots.use()) {
      if (!snapshots.has(as.id())) {
        snapshots.drop(as.id());
        Path directory = snapshots.directory(as.id());
        Files.createDirectory(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        as.write(directory);
        snapshots.run(List.of("copy", previews.store().toString(), id, as.id()));
      }
    }
  }

  /** What has not changed since the checkpoint, or since what is newer, is not read again. */
  private List<String> like(SnapshotInfo point) throws IOException {
    List<String> like = new ArrayList<>(List.of(point.id()));
    snapshots.bases(point.paths()).stream()
        .filter(id -> !id.equals(point.id()))
        .limit(BASES - 1)
        .forEach(like::add);
    return like;
  }

  /**
   * The newest plan that an operator has seen.
   *
   * @param shown SHA-256 of lists of changes
   * @return its id
   * @throws RefusedException if there is none, or no such checkpoint
   */
  public String requirePlan(String name, List<String> shown) throws RefusedException, IOException {
    require(name);
    for (SnapshotInfo one : snapshots.list().reversed()) {
      if (one.complete()
          && one.kind() == SnapshotKind.PREVIEW
          && one.checkpoint().equals(name)
          && previews.hasChanges(one.id())
          && snapshots.has(Previews.after(one.id()))
          && shown.contains(previews.digest(one.id()))) {
        return one.id();
      }
    }
    throw new RefusedException(
        Refusal.CHECKPOINT_PLAN_MISSING,
        "this host made none of the plans to restore checkpoint "
            + name
            + " that the operator was shown, or has dropped it; make a new one");
  }

  /**
   * Does what a plan said.
   *
   * @param plan of {@link #requirePlan}
   * @param force although something has changed since?
   * @param started told of the process that does it
   * @return an exit code: 0 done, 1 something is left, 2 refused because something has changed
   */
  public int restore(
      String plan, boolean force, Path stdout, Path stderr, Consumer<Process> started)
      throws IOException, InterruptedException {
    try (Snapshots.Use _ = snapshots.use()) {
      return restores.one("apply", plan, force, stdout, stderr, started);
    }
  }

  /**
   * Forgets one.
   *
   * @return was there one?
   */
  public boolean remove(String name) throws IOException {
    SnapshotInfo there = find(name).orElse(null);
    if (there != null) {
      snapshots.remove(there.id());
    }
    return there != null;
  }

  /** Where plans are kept. */
  public Previews plans() {
    return previews;
  }
}
