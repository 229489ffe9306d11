package dev.hostler.agent.snapshot;

import dev.hostler.agent.vault.VaultFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that all snapshots are in: what is there, and what goes. Knows no lock: that is for
 * {@link Snapshots}.
 */
final class SnapshotShelf {
  /** The directory of the packs. */
  static final String PACKS = "packs";

  private static final Logger log = LoggerFactory.getLogger(SnapshotShelf.class);

  private final Path store;

  SnapshotShelf(Path store) {
    this.store = store;
  }

  Path directory(String id) {
    return store.resolve(id);
  }

  Path pack(String id) {
    return store.resolve(PACKS).resolve(id);
  }

  /** Those that are there, oldest first, unfinished ones before all others. */
  List<SnapshotInfo> list() throws IOException {
    List<SnapshotInfo> all = new ArrayList<>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(store)) {
      for (Path directory : directories) {
        if (Files.isRegularFile(directory.resolve(SnapshotFiles.INFO), LinkOption.NOFOLLOW_LINKS)) {
          read(directory).ifPresent(all::add);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    all.sort(Comparator.comparing(SnapshotShelf::takenOrNever).thenComparing(SnapshotInfo::id));
    return all;
  }

  /** A damaged one is in nobody's way, and stays for people to look at. */
  private static Optional<SnapshotInfo> read(Path directory) {
    try {
      return Optional.of(SnapshotInfo.read(directory));
    } catch (IOException e) {
      log.error("snapshot {} cannot be read: {}", directory.getFileName(), e.getMessage());
      return Optional.empty();
    }
  }

  private static Instant takenOrNever(SnapshotInfo one) {
    return one.taken() == null ? Instant.MIN : one.taken();
  }

  /** Removes one, and how the preview of it would have left the paths, if it is one. */
  void delete(String id) throws IOException {
    SnapshotFiles.delete(directory(Previews.after(id)));
    SnapshotFiles.delete(directory(id));
  }

  /** The names of the keys with which something here is encrypted. */
  Set<String> keysInUse() throws IOException {
    Set<String> names = new HashSet<>();
    try (Stream<Path> files = Files.find(store, 2, (_, attributes) -> attributes.isRegularFile())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        try {
          VaultFiles.keyOf(file).ifPresent(names::add);
        } catch (NoSuchFileException _) {
          // It was only there until its whole was.
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return names;
  }

  /** Drops what is past its time, too many or too much, but nothing that is pinned. */
  void collect(SnapshotSettings settings, Instant now) throws IOException {
    List<SnapshotInfo> kept = new ArrayList<>(list());
    List<SnapshotInfo> own = kept.stream().filter(one -> one.kind() != SnapshotKind.AFTER).toList();
    int count = own.size();
    Instant oldest = now.minus(settings.keepFor());
    long bytes = kept.stream().mapToLong(SnapshotInfo::storedBytes).sum();
    for (SnapshotInfo one : own) {
      boolean tooOld = one.taken() == null || one.taken().isBefore(oldest);
      if (!one.pinned()
          && (tooOld || count >= settings.keepCount() || bytes > settings.keepBytes())
          && (tooOld || one.sealed())) {
        log.info("snapshot {} of {} is dropped", one.id(), one.taken());
        delete(one.id());
        String after = Previews.after(one.id());
        for (SnapshotInfo gone : List.copyOf(kept)) {
          if (gone.equals(one) || gone.id().equals(after)) {
            kept.remove(gone);
            bytes -= gone.storedBytes();
          }
        }
        count--;
      }
    }
    removeBegun();
    removePacks(kept);
  }

  /**
   * Removes directories that were made, or nearly removed, when the host or the agent went down.
   */
  private void removeBegun() throws IOException {
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(store)) {
      for (Path one : directories) {
        if (!one.endsWith(PACKS)
            && Files.isDirectory(one, LinkOption.NOFOLLOW_LINKS)
            && SnapshotFiles.isEmpty(one)) {
          SnapshotFiles.delete(one);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Removes the packs that none of these needs. */
  void removePacks(List<SnapshotInfo> kept) throws IOException {
    Set<String> needed = new HashSet<>();
    kept.forEach(one -> needed.addAll(one.packs()));
    try (DirectoryStream<Path> packs = Files.newDirectoryStream(store.resolve(PACKS))) {
      for (Path pack : packs) {
        String name = String.valueOf(pack.getFileName());
        if (!needed.contains(name) && Files.notExists(directory(name))) {
          Files.delete(pack);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
