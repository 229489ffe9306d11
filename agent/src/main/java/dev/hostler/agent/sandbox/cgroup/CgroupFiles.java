package dev.hostler.agent.sandbox.cgroup;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Reads and writes the files of cgroup directories. */
final class CgroupFiles {
  private static final int REMOVE_TRIES = 12;

  private CgroupFiles() {}

  /** Writes in one call, as the kernel wants it; the file must exist. */
  static void write(Path file, String value) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.write(ByteBuffer.wrap(value.getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      throw new IOException("cannot write \"" + value + "\" to " + file + ": " + e.getMessage(), e);
    }
  }

  static Set<String> words(Path file) throws IOException {
    Set<String> words = new LinkedHashSet<>();
    for (String word : Files.readString(file).split("\\s+", -1)) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return words;
  }

  /** The number in a file that holds nothing else; empty if there is none. */
  static OptionalLong number(Path file) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** The number after {@code key} in a file of lines {@code key number}; empty if there is none. */
  static OptionalLong number(Path file, String key) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(key + " ")) {
          return OptionalLong.of(Long.parseLong(line.substring(key.length() + 1).strip()));
        }
      }
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
    return OptionalLong.empty();
  }

  /**
   * How a quota held a group back; all 0 if that cannot be read.
   *
   * @param time key of the time, which has this many units in a microsecond
   */
  static CpuThrottling throttling(Path stat, String time, long units) {
    return new CpuThrottling(
        number(stat, "nr_periods").orElse(0),
        number(stat, "nr_throttled").orElse(0),
        number(stat, time).orElse(0) / units);
  }

  /** Process numbers in this group and those below it; none if it does not exist. */
  static List<Long> processes(Path directory) throws IOException {
    List<Long> pids = new ArrayList<>();
    for (Path group : groupsDeepestFirst(directory)) {
      try {
        for (String pid : words(group.resolve("cgroup.procs"))) {
          pids.add(Long.parseLong(pid));
        }
      } catch (IOException e) {
        if (Files.exists(group)) {
          throw e;
        }
      }
    }
    return pids;
  }

  static List<Path> children(Path directory) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, Files::isDirectory)) {
      stream.forEach(children::add);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return children;
  }

  private static List<Path> groupsDeepestFirst(Path directory) throws IOException {
    List<Path> groups = new ArrayList<>();
    for (Path child : children(directory)) {
      groups.addAll(groupsDeepestFirst(child));
    }
    groups.add(directory);
    return groups;
  }

  /** Removes a group and those below it, for as long as the kernel is busy with it. */
  static void remove(Path directory, TimeSource time) throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        for (Path group : groupsDeepestFirst(directory)) {
          Files.deleteIfExists(group);
        }
        return;
      } catch (IOException e) {
        if (attempt == REMOVE_TRIES) {
          throw new IOException("cannot remove cgroup " + directory + ": " + e.getMessage(), e);
        }
        time.sleep(Duration.ofMillis(Math.min(1L << attempt, 200)));
      }
    }
  }
}
