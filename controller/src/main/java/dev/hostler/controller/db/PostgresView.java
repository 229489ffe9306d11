package dev.hostler.controller.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of the embedded PostgreSQL as its user sees it. Where that user may not enter the
 * folder by its path (a data directory under /root, say), the server gets a mount namespace of its
 * own in which the folder is bound to a path that it may enter; the host sees no mount, and the
 * kernel removes it with the server's last process.
 *
 * @param directory the folder as we see it
 * @param seen the same folder as the server sees it
 * @param home folder of the programs, below {@code directory}
 * @param user as whom the server runs
 */
record PostgresView(Path directory, Path seen, Path home, PostgresUser user) {
  private static final Path MOUNT_POINT = Path.of("/var/lib/hostler-pg");

  static PostgresView of(Path directory, Path home, PostgresUser user) throws IOException {
    if (user.canEnter(directory)) {
      return new PostgresView(directory, directory, home, user);
    }
    Files.createDirectories(MOUNT_POINT);
    return new PostgresView(directory, MOUNT_POINT, home, user);
  }

  /** A path below the folder as the server sees it. */
  String path(Path path) {
    return seen.resolve(directory.relativize(path)).toString();
  }

  /** One of the programs. */
  String program(String name) {
    return path(home.resolve("bin").resolve(name));
  }

  /** {@code command} as the user, where it sees the folder. Ends in exec: the pid stays. */
  List<String> command(List<String> command) {
    List<String> asUser = user.command(command);
    if (seen.equals(directory)) {
      return asUser;
    }
    List<String> all =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "--",
                "sh",
                "-c",
                "mount --bind \"$1\" \"$2\" && shift 2 && exec \"$@\"",
                "sh",
                directory.toString(),
                seen.toString()));
    all.addAll(asUser);
    return all;
  }
}
