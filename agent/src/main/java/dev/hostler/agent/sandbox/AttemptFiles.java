package dev.hostler.agent.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The files of an attempt's directory, which only root can reach.
 *
 * @param directory absolute
 */
record AttemptFiles(Path directory) {
  static final String FILTER_NAME = "seccomp.bpf";
  private static final int LOG_SHOWN = 2000;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  Path spec() {
    return directory.resolve("spec");
  }

  Path filter() {
    return directory.resolve(FILTER_NAME);
  }

  Path stdout() {
    return directory.resolve("stdout");
  }

  Path stderr() {
    return directory.resolve("stderr");
  }

  Path control() {
    return directory.resolve("control");
  }

  Path started() {
    return directory.resolve("started");
  }

  Path denials() {
    return directory.resolve("denials");
  }

  Path result() {
    return directory.resolve("result");
  }

  Path log() {
    return directory.resolve("launcher.log");
  }

  /** Makes the directory if it is not there, for root alone. */
  void prepare() throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /** Writes a new file, mode 0600. */
  void write(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /** Bytes in a spool; 0 if it is not there. */
  static long size(Path spool) {
    try {
      return Files.size(spool);
    } catch (IOException e) {
      return 0;
    }
  }

  /** When a file was last written; the epoch if it is not there. */
  static FileTime changed(Path file) {
    try {
      return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }

  /** When the program was executed, as the supervisor noted it. */
  Optional<Instant> startedAt() {
    try {
      for (String line : Files.readAllLines(started())) {
        if (line.startsWith("started_unix_ns=")) {
          return Optional.of(ofUnixNanos(Long.parseLong(line.substring(line.indexOf('=') + 1))));
        }
      }
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  static Instant ofUnixNanos(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
  }

  /** The last of what the launcher told people, on one line. */
  String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log(), StandardCharsets.ISO_8859_1);
      String all = String.join("; ", lines);
      return all.length() <= LOG_SHOWN ? all : all.substring(all.length() - LOG_SHOWN);
    } catch (IOException e) {
      return "";
    }
  }
}
