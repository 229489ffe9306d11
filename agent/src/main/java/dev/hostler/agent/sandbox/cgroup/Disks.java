package dev.hostler.agent.sandbox.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The disks that input and output can be limited for: whole ones, since partitions are limited with
 * them. Not those that are memory, or files on others.
 *
 * @param directory normally {@code /sys/block}: an entry for each, with its number in "dev"
 */
record Disks(Path directory) {
  private static final Pattern OTHERS = Pattern.compile("(?:loop|ram|zram|sr|fd|nbd)[0-9]+");

  /** "MAJOR:MINOR" of each. */
  List<String> numbers() throws IOException {
    List<String> numbers = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      for (Path disk : all) {
        Path dev = disk.resolve("dev");
        if (!OTHERS.matcher(disk.getFileName().toString()).matches() && Files.exists(dev)) {
          numbers.add(Files.readString(dev).strip());
        }
      }
    }
    return numbers;
  }
}
