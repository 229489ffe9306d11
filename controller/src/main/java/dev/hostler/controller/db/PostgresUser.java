package dev.hostler.controller.db;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * As whom the embedded PostgreSQL runs. PostgreSQL refuses to run as root, so a controller that is
 * root gives it a system user of its own.
 *
 * @param uid user id
 * @param gid primary group id
 * @param prefix what to put before a command to run it as this user; empty when we are it
 */
record PostgresUser(int uid, int gid, List<String> prefix) {

  /**
   * Finds the user; makes it when it is missing.
   *
   * @param name name of the system user that is used when the controller is root
   * @throws DatabaseException if it can be neither found nor made
   */
  static PostgresUser of(String name) {
    try {
      Path self = Path.of("/proc/self");
      int uid = (Integer) Files.getAttribute(self, "unix:uid");
      if (uid != 0) {
        return new PostgresUser(uid, (Integer) Files.getAttribute(self, "unix:gid"), List.of());
      }
    } catch (IOException e) {
      throw new DatabaseException("cannot read /proc/self to learn the own user id", e);
    }
    if (Command.run("id", "-u", name).exitCode() != 0) {
      Command.Result made =
          Command.run(
              "useradd",
              "--system",
              "--user-group",
              "--no-create-home",
              "--home-dir",
              "/nonexistent",
              "--shell",
              "/usr/sbin/nologin",
              name);
      // Someone else may have made it at the same time.
      if (made.exitCode() != 0 && Command.run("id", "-u", name).exitCode() != 0) {
        throw new DatabaseException(
            "cannot create the system user "
                + name
                + " for the embedded PostgreSQL: "
                + made.output()
                + "; create it by hand, or set database.url to a PostgreSQL of your own");
      }
    }
    int uid = number(Command.run("id", "-u", name), name);
    int gid = number(Command.run("id", "-g", name), name);
    return new PostgresUser(
        uid,
        gid,
        List.of(
            "setpriv",
            "--reuid=" + uid,
            "--regid=" + gid,
            "--clear-groups",
            "--inh-caps=-all",
            "--bounding-set=-all",
            "--no-new-privs",
            "--"));
  }

  /** {@code command} as this user. */
  List<String> command(List<String> command) {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(command);
    return all;
  }

  /** Can this user enter {@code directory}? */
  boolean canEnter(Path directory) {
    return prefix.isEmpty()
        || Command.run(command(List.of("test", "-x", directory.toString()))).exitCode() == 0;
  }

  /** Gives a file or directory to this user. */
  void own(Path path) throws IOException {
    if (!prefix.isEmpty()) {
      Files.setAttribute(path, "unix:uid", uid);
      Files.setAttribute(path, "unix:gid", gid);
    }
  }

  private static int number(Command.Result result, String name) {
    try {
      return Integer.parseInt(result.output().strip());
    } catch (NumberFormatException e) {
      throw new DatabaseException("id of user " + name + " is not known: " + result.output(), e);
    }
  }

  /** Runs short commands to their end. */
  static final class Command {
    private Command() {}

    /**
     * How a command ended.
     *
     * @param exitCode its exit code; 127 when it could not be started
     * @param output stdout and stderr
     */
    record Result(int exitCode, String output) {}

    static Result run(String... command) {
      return run(List.of(command));
    }

    static Result run(List<String> command) {
      try {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.directory(Path.of("/").toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        byte[] output = process.getInputStream().readAllBytes();
        return new Result(process.waitFor(), new String(output, StandardCharsets.UTF_8));
      } catch (IOException e) {
        return new Result(127, String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DatabaseException("interrupted while running " + command, e);
      }
    }
  }
}
