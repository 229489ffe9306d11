package dev.hostler.agent.snapshot;

import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.SnapshotResult;
import dev.hostler.agent.snapshot.SnapshotProgram.Done;
import dev.hostler.agent.state.HostState;
import dev.hostler.agent.vault.Vault;
import dev.hostler.agent.vault.VaultFiles;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of this host. Taken before an attempt, sealed when it has ended, restored when it
 * failed or when an operator says so, and dropped by age, number and size. Thread-safe.
 */
public final class Snapshots {
  private static final Logger log = LoggerFactory.getLogger(Snapshots.class);
  private static final int BASES = 3;
  private static final Pattern SEALED = Pattern.compile("sealed(?: before)?, (\\d+) differences");

  /** How often it is looked for keys that nothing needs: all files are looked at for that. */
  private static final Duration FORGET_EVERY = Duration.ofHours(1);

  private final Path store;
  private final SnapshotShelf shelf;
  private final SnapshotProgram program;
  private final SnapshotSettings settings;
  private final KeptState state;
  private final Vault vault;
  private final TimeSource time;

  /** Read: its snapshots are used. Write: some are removed. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  /** When keys were last forgotten; under the lock for removal. */
  private Instant forgotten = Instant.EPOCH;

  private Snapshots(
      Path store,
      SnapshotProgram program,
      SnapshotSettings settings,
      HostState state,
      TimeSource time) {
    this.store = store;
    this.shelf = new SnapshotShelf(store);
    this.vault = program.vault();
    this.state = new KeptState(store, state, vault.files());
    this.program = program;
    this.settings = settings;
    this.time = time;
  }

  /**
   * Opens or makes the store.
   *
   * @param store for root only
   * @throws IOException if it cannot be read or written
   */
  public static Snapshots open(
      Path store, SnapshotProgram program, SnapshotSettings settings, TimeSource time)
      throws IOException {
    return open(store, program, settings, HostState.ofHost(), time);
  }

  /**
   * The same.
   *
   * @param state what is kept besides files
   */
  public static Snapshots open(
      Path store,
      SnapshotProgram program,
      SnapshotSettings settings,
      HostState state,
      TimeSource time)
      throws IOException {
    var rootOnly = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(
        store.resolve(SnapshotShelf.PACKS), PosixFilePermissions.asFileAttribute(rootOnly));
    Files.setPosixFilePermissions(store, rootOnly);
    Snapshots snapshots = new Snapshots(store.toAbsolutePath(), program, settings, state, time);
    snapshots.collect();
    return snapshots;
  }

  /**
   * How a restore ended.
   *
   * @param identical is all as it was captured?
   * @param text for people
   * @param result the same in numbers
   */
  public record Restored(boolean identical, String text, SnapshotResult result) {
    /** With what could not be brought back besides files, a line each. */
    Restored with(List<String> failed) {
      return failed.isEmpty()
          ? new Restored(identical, text + "; state too", result)
          : new Restored(
              false, text + "; " + String.join("; ", failed), result.withDifferences(failed));
    }
  }

  /** What they keep besides files. */
  public KeptState state() {
    return state;
  }

  /**
   * Captures paths as they are, before an attempt that was never started. What an earlier, unused
   * capture for it left is dropped.
   *
   * @throws SnapshotException if it cannot be done as declared; nothing is left then
   */
  public void capture(SnapshotInfo wanted) throws IOException, InterruptedException {
    capture(wanted, bases(wanted.paths()), List.of());
  }

  /**
   * The same.
   *
   * @param like older ones: what has not changed since is not read again
   * @param options more of them for the program
   */
  void capture(SnapshotInfo wanted, List<String> like, List<String> options)
      throws IOException, InterruptedException {
    if (wanted.kind() != SnapshotKind.AFTER) { // which is no snapshot more
      collect();
    }
    use.readLock().lock();
    try {
      drop(wanted.id());
      if (Files.exists(pack(wanted.id()))) {
        throw new SnapshotException(
            "the bytes of an older capture for the same attempt are in use by another snapshot",
            false);
      }
      List<String> arguments = new ArrayList<>();
      arguments.addAll(List.of("capture", store.toString(), wanted.id()));
      arguments.addAll(List.of("--max-bytes", Long.toString(settings.largestBytes())));
      arguments.addAll(List.of("--min-free", Long.toString(settings.keepFreeBytes())));
      for (String base : like) {
        arguments.addAll(List.of("--base", base));
      }
      for (Path own : settings.kept().own()) {
        arguments.addAll(List.of("--outside", own.toString()));
      }
      arguments.addAll(options);
      Files.createDirectory(
          directory(wanted.id()),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      wanted.write(directory(wanted.id()));
      Done done = program.run(wanted.paths(), arguments.toArray(String[]::new));
      if (done.code() != SnapshotProgram.OK) {
        drop(wanted.id());
        throw new SnapshotException(done.reason(), done.code() == SnapshotProgram.SPACE);
      }
      log.info("snapshot {}: {}", wanted.id(), done.last());
    } finally {
      use.readLock().unlock();
    }
  }

  /** The newest that have one of these paths: what has not changed since is not read again. */
  List<String> bases(List<String> paths) throws IOException {
    return list().reversed().stream()
        .filter(one -> one.complete() && one.kind() != SnapshotKind.AFTER)
        .filter(one -> one.paths().stream().anyMatch(paths::contains))
        .limit(BASES)
        .map(SnapshotInfo::id)
        .toList();
  }

  /** Nothing was started after all. */
  public void drop(String id) {
    try {
      shelf.delete(id);
      List<SnapshotInfo> left = list();
      for (String one : List.of(id, Previews.after(id))) {
        if (left.stream().noneMatch(other -> other.packs().contains(one))) {
          Files.deleteIfExists(pack(one));
        }
      }
    } catch (IOException e) {
      log.warn("snapshot {} stays: {}", id, e.toString());
    }
  }

  /**
   * Notes how the attempt left the paths; once.
   *
   * @return how many paths the attempt has left otherwise
   * @throws SnapshotException if that failed: then a restore by hand must be forced
   */
  public long seal(String id) throws IOException, InterruptedException {
    String words = run(List.of("seal", store.toString(), id)).last();
    Matcher count = SEALED.matcher(words);
    if (!count.matches()) {
      throw new SnapshotException("the seal of " + id + " says \"" + words + "\"", false);
    }
    return Long.parseLong(count.group(1));
  }

  /** Runs the program, which must have nothing to object. */
  Done run(List<String> arguments) throws IOException, InterruptedException {
    Done done = program.run(List.of(), arguments.toArray(String[]::new));
    if (done.code() != SnapshotProgram.OK) {
      throw new SnapshotException(done.reason(), done.code() == SnapshotProgram.SPACE);
    }
    return done;
  }

  /**
   * Brings the paths back, right after the attempt.
   *
   * @throws SnapshotException if it could not even be begun
   */
  public Restored restore(String id) throws IOException, InterruptedException {
    use.readLock().lock();
    try {
      Done done = program.run(List.of(), "restore", store.toString(), id, "--force");
      if (done.code() != SnapshotProgram.OK && done.code() != SnapshotProgram.DIFFERENT) {
        throw new SnapshotException(done.reason(), done.code() == SnapshotProgram.SPACE);
      }
      log.info("snapshot {}: {}", id, done.last());
      return new Restored(
          done.code() == SnapshotProgram.OK,
          done.last(),
          done.report().result(id, SnapshotDeed.ROLLED_BACK));
    } finally {
      use.readLock().unlock();
    }
  }

  /**
   * How the last restore ended, if none is half-way. An attempt rolls back once: what happened to
   * its paths later is not its business.
   */
  public Optional<Restored> restored(String id) throws IOException {
    Path file = directory(id).resolve("log");
    String last = Files.exists(file) ? Files.readAllLines(file).getLast() : "";
    return last.startsWith("restored ")
        ? Optional.of(ended(id, last.substring("restored ".length())))
        : Optional.empty();
  }

  private static Restored ended(String id, String left) {
    boolean identical = left.equals("identical");
    return new Restored(
        identical,
        identical ? "restored, identical" : "restored, but " + left + " differences are left",
        new SnapshotResult(
            id,
            SnapshotDeed.ROLLED_BACK,
            identical,
            0, // not in the log
            identical ? 0 : Long.parseLong(left),
            0,
            List.of(),
            0));
  }

  /**
   * Starts what an operator asked for, with its output at the end of these files.
   *
   * @param verb "diff", "restore" or "apply"
   * @param force restore although something else has changed the paths?
   */
  Process start(String verb, String id, boolean force, Path stdout, Path stderr)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(verb, store.toString(), id));
    if (verb.equals("apply")) {
      arguments.add(Previews.after(id));
    }
    if (force) {
      arguments.add("--force");
    }
    return program.start(stdout, stderr, arguments);
  }

  /** Are its files as they were captured? */
  boolean isAsItWas(String id) throws IOException, InterruptedException {
    return program.run(List.of(), "diff", store.toString(), id).code() == SnapshotProgram.OK;
  }

  /** Those that are there, oldest first, unfinished ones before all others. */
  public List<SnapshotInfo> list() throws IOException {
    return shelf.list();
  }

  /**
   * One by its id, or the newest of a job.
   *
   * @param name "task.number", or the id of a job
   */
  public Optional<SnapshotInfo> find(String name) throws IOException {
    return list().reversed().stream()
        .filter(one -> one.complete() && one.kind() != SnapshotKind.AFTER)
        .filter(one -> one.id().equals(name) || one.jobId().equals(name))
        .findFirst();
  }

  /** Is there one, whole or not? */
  public boolean has(String id) {
    return Files.exists(directory(id).resolve("manifest"), LinkOption.NOFOLLOW_LINKS);
  }

  /** How many bytes it added. */
  public long storedBytes(String id) throws IOException {
    return SnapshotInfo.read(directory(id)).storedBytes();
  }

  /** Is it to be restored when its attempt fails? */
  public boolean wantsRollback(String id) throws IOException {
    return SnapshotInfo.read(directory(id)).rollback();
  }

  /** Keeps it until it is removed by hand, or no longer. */
  public void pin(String id, boolean pinned) throws IOException {
    SnapshotFiles.mark(directory(id).resolve("pinned"), pinned);
  }

  /** Removes one, and what only it needed. Waits for what uses snapshots now. */
  public void remove(String id) throws IOException {
    use.writeLock().lock();
    try {
      shelf.delete(id);
      shelf.removePacks(shelf.list());
    } finally {
      use.writeLock().unlock();
    }
  }

  /** Keeps others from removing any, until it is closed. */
  Use use() {
    use.readLock().lock();
    return () -> use.readLock().unlock();
  }

  /** Snapshots are being read. */
  interface Use extends AutoCloseable {
    @Override
    void close();
  }

  SnapshotSettings settings() {
    return settings;
  }

  /**
   * Reads a file of one, encrypted or not.
   *
   * @param name "manifest" or another of its files
   * @throws IOException if it was changed, or its key is lost
   */
  InputStream read(String id, String name) throws IOException {
    return vault.files().read(directory(id).resolve(name), id + "/" + name);
  }

  /** The name of the key with which one is encrypted, if it is. */
  Optional<String> keyOf(String id) throws IOException {
    return VaultFiles.keyOf(manifest(id));
  }

  /** Where the manifest of one is; encrypted or not. */
  Path manifest(String id) {
    return directory(id).resolve("manifest");
  }

  /** The keys. */
  Vault vault() {
    return vault;
  }

  /**
   * Drops what is past its time, too many or too much, but nothing that is pinned. Later, if
   * snapshots are in use now.
   */
  void collect() throws IOException {
    if (!use.writeLock().tryLock()) {
      return;
    }
    try {
      shelf.collect(settings, time.instant());
      if (!forgotten.plus(FORGET_EVERY).isAfter(time.instant())) {
        forgotten = time.instant();
        vault.forget(shelf::keysInUse);
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  Path directory(String id) {
    return shelf.directory(id);
  }

  Path pack(String id) {
    return shelf.pack(id);
  }
}
