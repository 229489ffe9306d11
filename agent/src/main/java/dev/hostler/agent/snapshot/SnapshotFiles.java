package dev.hostler.agent.snapshot;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The files of one snapshot. */
final class SnapshotFiles {
  private SnapshotFiles() {}

  /**
   * Removes them; the manifest first, so that what is left of a half-done removal is no snapshot.
   */
  static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.deleteIfExists(directory.resolve("manifest"));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Files.delete(directory);
  }
}
