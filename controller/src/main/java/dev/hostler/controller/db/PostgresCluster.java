package dev.hostler.controller.db;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** Makes cluster directories and knows the settings that a server gets. */
final class PostgresCluster {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private PostgresCluster() {}

  /**
   * Makes the cluster unless there is one.
   *
   * @return the password of the role "hostler"
   */
  static String ensure(Path cluster, PostgresView view, boolean durable) throws IOException {
    Path passwordFile = view.directory().resolve("password");
    if (Files.isDirectory(cluster)) {
      checkVersion(cluster);
      return Files.readString(passwordFile, StandardCharsets.US_ASCII).strip();
    }
    String password = newPassword();
    Files.deleteIfExists(passwordFile);
    write(passwordFile, password);
    // initdb runs as the server's user: it gets a folder of its own, which becomes the cluster's
    // only when all is done.
    Path partial = view.directory().resolve("cluster.partial");
    PostgresArchive.delete(partial);
    Files.createDirectory(
        partial,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path once = partial.resolve("password");
    write(once, password);
    view.user().own(once);
    view.user().own(partial);
    List<String> command =
        new ArrayList<>(
            List.of(
                view.program("initdb"),
                "--pgdata=" + view.path(partial.resolve("data")),
                "--username=hostler",
                "--pwfile=" + view.path(once),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C"));
    if (!durable) {
      command.add("--no-sync");
    }
    PostgresUser.Command.Result result = PostgresUser.Command.run(view.command(command));
    if (result.exitCode() != 0) {
      throw new DatabaseException("initdb failed: " + result.output().strip());
    }
    Files.move(partial.resolve("data"), cluster);
    PostgresArchive.delete(partial);
    return password;
  }

  private static void checkVersion(Path cluster) throws IOException {
    String found = Files.readString(cluster.resolve("PG_VERSION")).strip();
    String ours = PostgresArchive.VERSION.substring(0, PostgresArchive.VERSION.indexOf('.'));
    if (!found.equals(ours)) {
      throw new DatabaseException(
          cluster
              + " was made by PostgreSQL "
              + found
              + ", this controller has "
              + ours
              + "; migrate it with pg_upgrade, or start with a new data_dir");
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Files.writeString(file, text, StandardCharsets.US_ASCII);
  }

  /** The server's command line, fit for a small machine. */
  static List<String> server(PostgresView view, Path cluster, int port, boolean durable) {
    List<String> command =
        new ArrayList<>(List.of(view.program("postgres"), "-D", view.path(cluster)));
    List<String> options =
        new ArrayList<>(
            List.of(
                "listen_addresses=127.0.0.1",
                "port=" + port,
                "unix_socket_directories=",
                "max_connections=60",
                "shared_buffers=64MB",
                "work_mem=4MB",
                "maintenance_work_mem=64MB",
                "max_wal_size=512MB",
                "wal_compression=on",
                "jit=off",
                "io_method=sync",
                "max_worker_processes=2",
                "max_parallel_workers=0",
                "max_wal_senders=0",
                "wal_level=minimal",
                "timezone=UTC",
                "log_timezone=UTC",
                "log_min_messages=warning",
                "log_checkpoints=off",
                "password_encryption=scram-sha-256"));
    if (!durable) {
      options.addAll(List.of("fsync=off", "full_page_writes=off", "synchronous_commit=off"));
    }
    for (String option : options) {
      command.add("-c");
      command.add(option);
    }
    return command;
  }

  /** A password of 256 random bits. */
  private static String newPassword() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
