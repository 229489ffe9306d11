package dev.hostler.agent.snapshot;

import dev.hostler.agent.vault.VaultFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;

/** The files of one snapshot. What is done to them here is on stable storage when it returns. */
final class SnapshotFiles {
  private SnapshotFiles() {}

  /** What tells for whom it was taken. */
  static final String INFO = "info";

  /** What a file is to have. */
  interface Content {
    /** Writes it. */
    void write(OutputStream out) throws IOException;
  }

  /**
   * Writes one, for root only, encrypted if it is to be; it is there when, and only when, it is
   * whole and durable.
   *
   * @param what which it is: "ID/NAME"
   */
  static void write(Path file, VaultFiles files, String what, Content content) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(beside);
    try (FileChannel channel =
        FileChannel.open(
            beside,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      try (OutputStream out =
          files.write(new BufferedOutputStream(Channels.newOutputStream(channel)), what)) {
        content.write(out);
      }
      channel.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    sync(file.resolveSibling("."));
  }

  /**
   * Removes them; the manifest first, so that what is left of a half-done removal is no snapshot,
   * and what makes it be found last, so that the rest is removed later.
   */
  static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.deleteIfExists(directory.resolve("manifest"));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (!file.endsWith(INFO)) {
          Files.delete(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Files.deleteIfExists(directory.resolve(INFO));
    Files.delete(directory);
    sync(directory.resolveSibling("."));
  }

  static boolean isEmpty(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      return !files.iterator().hasNext();
    }
  }

  /** Writes a file that is not there yet. */
  static void write(Path file, String text) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  /** Makes or removes an empty file. */
  static void mark(Path file, boolean there) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) == there) {
      return;
    }
    if (there) {
      Files.createFile(file);
    } else {
      Files.delete(file);
    }
    sync(file.resolveSibling("."));
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
