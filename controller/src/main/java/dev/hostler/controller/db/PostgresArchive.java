package dev.hostler.controller.db;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The PostgreSQL programs that come with the controller, as a .txz on the class path. */
final class PostgresArchive {
  /** Version of the programs; changes with the dependency in the root pom. */
  static final String VERSION = "18.6.0";

  private static final String RESOURCE = "/postgres-linux-x86_64.txz";

  private PostgresArchive() {}

  /**
   * Unpacks into {@code parent} unless it was before.
   *
   * @return the folder with bin, lib and share
   */
  static Path unpack(Path parent) throws IOException {
    Path home = parent.resolve("postgresql-" + VERSION);
    if (Files.isDirectory(home)) {
      return home;
    }
    Path partial = parent.resolve("postgresql-" + VERSION + ".partial");
    delete(partial);
    Files.createDirectory(partial);
    try (InputStream resource = PostgresArchive.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new DatabaseException(
            "this build has no PostgreSQL for this machine ("
                + RESOURCE
                + " is not on the class path); set database.url to a PostgreSQL of your own");
      }
      TarArchiveInputStream tar =
          new TarArchiveInputStream(
              new XZCompressorInputStream(new BufferedInputStream(resource, 1 << 16)));
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path target = partial.resolve(entry.getName()).normalize();
        if (!target.startsWith(partial)) {
          throw new IOException("entry outside of the archive: " + entry.getName());
        }
        write(tar, entry, target);
      }
    }
    // A new name for the whole folder: it is there completely or not at all.
    Files.move(partial, home);
    return home;
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
      return;
    }
    Files.createDirectories(target.resolveSibling("."));
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isLink()) {
      throw new IOException("hard link not expected in the archive: " + entry.getName());
    } else {
      Files.copy(tar, target);
      boolean executable = (entry.getMode() & 0100) != 0;
      Files.setPosixFilePermissions(
          target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }

  /** Deletes a tree; nothing if there is none. */
  static void delete(Path tree) throws IOException {
    if (!Files.exists(tree, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
