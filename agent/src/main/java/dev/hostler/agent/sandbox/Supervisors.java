package dev.hostler.agent.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the supervisor of an attempt that an earlier agent started. */
final class Supervisors {
  private Supervisors() {}

  /**
   * The process whose only argument is this spec. A program in a sandbox can give itself any
   * arguments, so only processes of the host's own pid namespace count: those in a sandbox have a
   * second number.
   */
  static Optional<ProcessHandle> find(Path spec) throws IOException {
    byte[] end = ("\0" + spec + "\0").getBytes(StandardCharsets.UTF_8);
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (isSupervisor(process, end)) {
          Optional<ProcessHandle> handle =
              ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
          // The number could have become another's between the two looks.
          if (handle.isPresent() && isSupervisor(process, end)) {
            return handle;
          }
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isSupervisor(Path process, byte[] end) {
    try {
      byte[] line = Files.readAllBytes(process.resolve("cmdline"));
      int from = line.length - end.length;
      if (from <= 0 || !endsWith(line, end) || contains(line, from, (byte) 0)) {
        return false;
      }
      for (String entry :
          Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1)) {
        if (entry.startsWith("NSpid:")) {
          return entry.strip().split("\\s+", -1).length == 2;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // gone meanwhile
    }
  }

  private static boolean endsWith(byte[] line, byte[] end) {
    int from = line.length - end.length;
    for (int i = 0; i < end.length; i++) {
      if (line[from + i] != end[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean contains(byte[] line, int length, byte wanted) {
    for (int i = 0; i < length; i++) {
      if (line[i] == wanted) {
        return true;
      }
    }
    return false;
  }
}
