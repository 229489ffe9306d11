package dev.hostler.agent.snapshot;

import dev.hostler.agent.state.HostState;
import dev.hostler.agent.state.HostState.Phase;
import dev.hostler.agent.state.HostState.Value;
import dev.hostler.agent.state.StateFile;
import dev.hostler.agent.vault.VaultFiles;
import dev.hostler.trust.bundle.StateEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What snapshots keep besides files, in files beside their manifests: "state", how it was before
 * the attempt; "state.after", how the attempt left it; "state.restoring", while it is only half-way
 * brought back; "state.restored", once it was. Every step can be done again. Thread-safe, but for
 * two steps of one snapshot at once.
 */
public final class KeptState {
  private final Path store;
  private final HostState state;
  private final VaultFiles files;

  KeptState(Path store, HostState state, VaultFiles files) {
    this.store = store;
    this.state = state;
    this.files = files;
  }

  private List<Value> read(String id, String name) throws IOException {
    Path file = file(id, name);
    if (!Files.exists(file)) {
      return List.of();
    }
    try (InputStream in = files.read(file, id + "/" + name)) {
      return StateFile.parse(in.readAllBytes(), file.toString());
    }
  }

  private void write(String id, String name, List<Value> values) throws IOException {
    SnapshotFiles.write(
        file(id, name), files, id + "/" + name, out -> out.write(StateFile.bytes(values)));
  }

  private Path file(String id, String name) {
    return store.resolve(id).resolve(name);
  }

  boolean has(String id) {
    return Files.exists(file(id, "state"));
  }

  /**
   * Notes how it is.
   *
   * @throws IOException if that cannot be told of one; nothing is left then
   */
  public void capture(String id, List<StateEntry> entries)
      throws IOException, InterruptedException {
    if (!entries.isEmpty()) {
      write(id, "state", state.read(entries));
    }
  }

  /** Notes how the attempt left it, once. What cannot be told any more counts as changed. */
  public void seal(String id) throws IOException, InterruptedException {
    Path after = file(id, "state.after");
    if (!has(id) || Files.exists(after)) {
      return;
    }
    List<Value> values = new ArrayList<>();
    for (Value then : read(id, "state")) {
      try {
        values.addAll(state.read(List.of(then.entry())));
      } catch (IOException e) {
        values.add(new Value(then.entry(), "unknown: " + e.getMessage()));
      }
    }
    write(id, "state.after", values);
  }

  /** What differs from the snapshot now, a line each. */
  List<String> differences(String id) throws IOException, InterruptedException {
    return state.differences(read(id, "state"));
  }

  /** What is neither as the attempt left it nor as it was before, a line each. */
  List<String> conflicts(String id) throws IOException, InterruptedException {
    if (Files.exists(file(id, "state.restoring"))) {
      return List.of(); // half-way between two states of ours
    }
    List<Value> then = read(id, "state");
    Map<StateEntry, String> left =
        read(id, "state.after").stream().collect(Collectors.toMap(Value::entry, Value::value));
    List<String> lines = new ArrayList<>();
    for (Value one : then) {
      String after = left.get(one.entry());
      boolean asLeft =
          after != null && state.differences(List.of(new Value(one.entry(), after))).isEmpty();
      if (!asLeft) {
        state.differences(List.of(one)).forEach(line -> lines.add("conflict " + line));
      }
    }
    return lines;
  }

  /**
   * Brings it back, after files were.
   *
   * @param snapshots brings files back once more, where packages have written some
   * @return what could not be brought back, a line each
   */
  List<String> restore(String id, Snapshots snapshots) throws IOException, InterruptedException {
    List<Value> then = read(id, "state");
    List<String> failed = new ArrayList<>();
    Path halfWay = file(id, "state.restoring");
    SnapshotFiles.mark(halfWay, !then.isEmpty());
    if (then.stream().anyMatch(one -> one.entry().kind() == StateEntry.Kind.PACKAGE)) {
      failed.addAll(state.restore(then, Phase.FILES));
      snapshots.restore(id);
    }
    failed.addAll(state.restore(then, Phase.REST));
    if (failed.isEmpty()) {
      SnapshotFiles.mark(halfWay, false);
    }
    if (!then.isEmpty()) {
      SnapshotFiles.mark(file(id, "state.restored"), true);
    }
    return failed;
  }

  /**
   * Brings it back right after the attempt; once.
   *
   * @param files how bringing back files ended
   * @return how both ended
   */
  public Snapshots.Restored restoreWith(String id, Snapshots snapshots, Snapshots.Restored files)
      throws IOException, InterruptedException {
    return has(id) && !Files.exists(file(id, "state.restored"))
        ? files.with(restore(id, snapshots))
        : files;
  }

  /** For `show`: a line each. */
  List<String> lines(String id) throws IOException {
    return read(id, "state").stream()
        .map(one -> one.entry() + " " + HostState.shown(one.value()))
        .toList();
  }
}
