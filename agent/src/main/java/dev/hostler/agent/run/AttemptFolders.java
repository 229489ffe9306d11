package dev.hostler.agent.run;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.denial.DenialFile;
import dev.hostler.agent.denial.LearnedFile;
import dev.hostler.agent.sandbox.seccomp.Architecture;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The directories of attempts, as far as the launcher's contract says what is in them. */
final class AttemptFolders {
  private static final BigInteger BILLION = BigInteger.valueOf(1_000_000_000);

  private final Path root;

  AttemptFolders(Path root) {
    this.root = root;
  }

  Path of(AttemptId id) {
    return root.resolve(id.label());
  }

  boolean exists(AttemptId id) {
    return Files.exists(of(id), LinkOption.NOFOLLOW_LINKS);
  }

  /** Makes it, for root alone. */
  void make(AttemptId id) throws IOException {
    Files.createDirectories(
        of(id), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** The spec is written just before the launcher is started. */
  boolean maybeStarted(AttemptId id) {
    return Files.exists(of(id).resolve("spec"), LinkOption.NOFOLLOW_LINKS);
  }

  /** From the launcher's record of the start; null if it is not there. */
  @Nullable Instant startedAt(AttemptId id) {
    try {
      for (String line : Files.readAllLines(of(id).resolve("started"))) {
        if (line.startsWith("started_unix_ns=")) {
          BigInteger[] parts =
              new BigInteger(line.substring(line.indexOf('=') + 1)).divideAndRemainder(BILLION);
          return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].intValueExact());
        }
      }
    } catch (IOException | ArithmeticException | NumberFormatException _) {
      return null;
    }
    return null;
  }

  /** Denied system calls so far. */
  List<Denial> denials(AttemptId id) {
    return DenialFile.read(of(id).resolve("denials"), Architecture.ofHost().syscalls());
  }

  /** What a recorded run did; empty if it was not recorded. */
  String learned(AttemptId id) {
    return LearnedFile.read(of(id).resolve("learned"), Architecture.ofHost().syscalls());
  }

  void delete(AttemptId id) throws IOException {
    delete(of(id));
  }

  void deleteAllBut(Set<String> labels) throws IOException {
    if (Files.notExists(root)) {
      return;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(root)) {
      for (Path one : all) {
        if (!labels.contains(String.valueOf(one.getFileName()))) {
          delete(one);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Never follows a symbolic link: a program may have planted one. */
  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
