package dev.hostler.agent.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Brings snapshots back because an operator says so: one, or a chain of them, newest first. Files
 * by the program, then what is no file. Thread-safe, but for two restores of one snapshot at once.
 */
final class Restores {
  /** Exit code: refused, because something else has changed what is kept. */
  private static final int CONFLICT = 2;

  private final Snapshots snapshots;

  Restores(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  /**
   * Compares, brings back or applies one.
   *
   * @param verb "diff", "restore" or "apply"
   * @param started told of the process that does it
   * @return an exit code
   */
  int one(
      String verb, String id, boolean force, Path stdout, Path stderr, Consumer<Process> started)
      throws IOException, InterruptedException {
    if (verb.equals("restore") && !force) {
      List<String> conflicts = snapshots.state().conflicts(id);
      if (!conflicts.isEmpty()) {
        say(stdout, conflicts);
        say(stdout, List.of("refused: something else has changed what is kept besides files"));
        return CONFLICT;
      }
    }
    Process process = snapshots.start(verb, id, force, stdout, stderr);
    started.accept(process);
    try {
      return withState(verb, id, process.waitFor(), stdout);
    } catch (InterruptedException e) {
      process.destroy(); // goes on where it was when the agent is back
      throw e;
    }
  }

  /** What the program does not know of. */
  private int withState(String verb, String id, int code, Path stdout)
      throws IOException, InterruptedException {
    if (code > SnapshotProgram.DIFFERENT || verb.equals("apply") || !snapshots.state().has(id)) {
      return code;
    }
    List<String> lines =
        verb.equals("diff")
            ? snapshots.state().differences(id)
            : snapshots.state().restore(id, snapshots);
    say(stdout, lines);
    if (lines.isEmpty()) {
      say(stdout, List.of("state: as it was"));
      return code;
    }
    return SnapshotProgram.DIFFERENT;
  }

  /**
   * Brings back the newest one that has to do with a snapshot, then the one before, down to that
   * snapshot; ends at the first that does not come back whole. Which are done stands beside the
   * output, so that an agent that was killed goes on with the next.
   *
   * @return the exit code of the last
   */
  int chain(String id, boolean force, Path stdout, Path stderr, Consumer<Process> started)
      throws IOException, InterruptedException {
    Path progress = stdout.resolveSibling("chain");
    List<String> done = Files.exists(progress) ? Files.readAllLines(progress) : List.of();
    List<SnapshotInfo> chain = chainTo(id);
    if (done.isEmpty() && isBack(chain)) {
      say(stdout, List.of("nothing to do: all " + chain.size() + " were brought back before"));
      return SnapshotProgram.OK;
    }
    for (SnapshotInfo next : chain) {
      if (done.contains(next.id())) {
        continue;
      }
      say(stdout, List.of(next.id() + "  " + next.work() + "  job " + next.jobId() + ":"));
      int code = one("restore", next.id(), force, stdout, stderr, started);
      if (code != SnapshotProgram.OK) {
        say(
            stdout,
            List.of(
                "stopped: %d of %d were brought back before this one"
                    .formatted(chain.indexOf(next), chain.size())));
        return code;
      }
      Files.writeString(
          progress, next.id() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    say(stdout, List.of("brought back: " + chain.size()));
    return SnapshotProgram.OK;
  }

  /**
   * Newest first, the one that is meant last; only those that share paths with it or each other.
   */
  private List<SnapshotInfo> chainTo(String id) throws IOException {
    List<SnapshotInfo> since = new ArrayList<>();
    Instant from = null;
    for (SnapshotInfo one : snapshots.list()) {
      Instant taken = one.taken();
      if (taken == null || one.kind() == SnapshotKind.AFTER) {
        continue;
      }
      if (one.id().equals(id)) {
        from = taken;
      }
      if (from != null && (one.id().equals(id) || one.kind() == SnapshotKind.ROLLBACK)) {
        since.add(one);
      }
    }
    Set<String> paths = new HashSet<>();
    List<SnapshotInfo> chain = new ArrayList<>();
    for (SnapshotInfo one : since) { // oldest first: what touched its paths, and what touched those
      if (chain.isEmpty() || one.paths().stream().anyMatch(path -> touches(path, paths))) {
        chain.add(one);
        paths.addAll(one.paths());
      }
    }
    return chain.reversed();
  }

  private static boolean touches(String path, Set<String> others) {
    return others.stream()
        .anyMatch(other ->
            other.equals(path) || other.startsWith(path + "/") || path.startsWith(other + "/"));
  }

  /** Were all brought back, and is the oldest as it was? */
  private boolean isBack(List<SnapshotInfo> chain) throws IOException, InterruptedException {
    for (SnapshotInfo one : chain) {
      if (snapshots.restored(one.id()).filter(Snapshots.Restored::identical).isEmpty()) {
        return false;
      }
    }
    String oldest = chain.getLast().id();
    return snapshots.isAsItWas(oldest) && snapshots.state().differences(oldest).isEmpty();
  }

  private static void say(Path stdout, List<String> lines) throws IOException {
    Files.write(stdout, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
