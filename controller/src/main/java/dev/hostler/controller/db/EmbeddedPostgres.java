package dev.hostler.controller.db;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of the controller's own, on loopback, on a port chosen at each start. It runs in a
 * session of its own, so that a Ctrl-C in the controller's terminal reaches it only through the
 * controller, and is started again when it dies. Thread-safe.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration STOP_GRACE = Duration.ofSeconds(30);

  private final Settings settings;
  private final TimeSource time;
  private final Path cluster;
  private final Postmaster postmaster;
  private final PostgresView view;
  private final PostgresLog log;
  private final DirectoryLock lock;
  private final int port;
  private final PostgresDatabases databases;
  private final AtomicReference<@Nullable Process> process = new AtomicReference<>();
  private volatile boolean stopping;

  /**
   * What to run.
   *
   * @param directory its folder; made when missing
   * @param user system user that it runs as when we are root
   * @param durable false only in tests: a crash of the machine may then lose everything
   */
  public record Settings(Path directory, String user, boolean durable) {}

  /**
   * Starts it; makes the cluster first when there is none, and stops a server that a killed
   * controller left behind. Returns when it answers queries.
   *
   * @throws DatabaseException if it cannot be started
   * @throws InterruptedException if interrupted; nothing is left running
   */
  public static EmbeddedPostgres start(Settings settings, TimeSource time)
      throws InterruptedException {
    try {
      Path directory = settings.directory().toAbsolutePath().normalize();
      Files.createDirectories(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      Settings absolute = new Settings(directory, settings.user(), settings.durable());
      DirectoryLock lock = DirectoryLock.of(directory);
      try {
        EmbeddedPostgres postgres = new EmbeddedPostgres(absolute, time, lock);
        postgres.startFirst();
        return postgres;
      } catch (IOException | RuntimeException | InterruptedException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new DatabaseException(
          "cannot set up the embedded PostgreSQL in " + settings.directory() + ": " + e, e);
    }
  }

  private EmbeddedPostgres(Settings settings, TimeSource time, DirectoryLock lock)
      throws IOException, InterruptedException {
    this.settings = settings;
    this.time = time;
    this.lock = lock;
    this.cluster = settings.directory().resolve("cluster");
    this.postmaster = new Postmaster(cluster, time);
    PostgresUser user = PostgresUser.of(settings.user());
    Path home = PostgresArchive.unpack(settings.directory());
    this.view = PostgresView.of(settings.directory(), home, user);
    if (postmaster.stopLeftover(STOP_GRACE)) {
      LOG.info("stopped the PostgreSQL that an earlier controller had left running");
    }
    this.log = new PostgresLog(settings.directory().resolve("postgres.log"));
    this.port = freePort();
    this.databases =
        new PostgresDatabases(port, PostgresCluster.ensure(cluster, view, settings.durable()));
  }

  /** Where {@code database} is. */
  public DatabaseAddress address(String database) {
    return databases.address(database);
  }

  /** Where the controller's own database is; made when missing. */
  public DatabaseAddress ownDatabase() {
    databases.create("hostler", null);
    return address("hostler");
  }

  /** Its databases. */
  PostgresDatabases databases() {
    return databases;
  }

  /** The server's process id. */
  long pid() {
    Process current = process.get();
    if (current == null) {
      throw new IllegalStateException("not started");
    }
    return current.pid();
  }

  private void startFirst() throws IOException, InterruptedException {
    try {
      startProcess();
    } catch (IOException | RuntimeException | InterruptedException e) {
      close();
      throw e;
    }
    Thread.ofVirtual().name("postgres-watch").start(this::watch);
  }

  private void startProcess() throws IOException, InterruptedException {
    long logStart = log.begin();
    List<String> command = new ArrayList<>();
    command.add("setsid");
    command.addAll(view.command(PostgresCluster.server(view, cluster, port, settings.durable())));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(Path.of("/").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.file().toFile()));
    Process started = builder.start();
    process.set(started);
    long start = time.nanoTime();
    while (true) {
      try (Connection _ = databases.connect("postgres")) {
        LOG.debug("embedded PostgreSQL {} answers on port {}", PostgresArchive.VERSION, port);
        return;
      } catch (SQLException e) {
        if (!started.isAlive()) {
          throw new DatabaseException(
              "the embedded PostgreSQL ended at start: " + log.since(logStart), e);
        }
        if (stopping || time.nanoTime() - start > START_LIMIT.toNanos()) {
          throw new DatabaseException(
              "the embedded PostgreSQL does not answer: " + log.since(logStart), e);
        }
      }
      time.sleep(Duration.ofMillis(25));
    }
  }

  /** Starts the server again when it ends by itself. */
  private void watch() {
    try {
      while (!stopping) {
        Process current = process.get();
        if (current == null) {
          return;
        }
        int status = current.waitFor();
        if (stopping) {
          return;
        }
        LOG.error("the embedded PostgreSQL ended with status {}; starting it again", status);
        restart();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void restart() throws InterruptedException {
    Duration pause = Duration.ofMillis(100);
    while (!stopping) {
      try {
        postmaster.stopLeftover(STOP_GRACE);
        startProcess();
        LOG.info("the embedded PostgreSQL is back");
        return;
      } catch (IOException | RuntimeException e) {
        LOG.error("cannot start the embedded PostgreSQL again: {}", e.getMessage());
        time.sleep(pause);
        pause =
            pause.multipliedBy(2).compareTo(STOP_GRACE) < 0 ? pause.multipliedBy(2) : STOP_GRACE;
      }
    }
  }

  /** Stops it, sessions included, and waits until it is gone. Idempotent. */
  @Override
  public void close() {
    stopping = true;
    try {
      Process current = process.getAndSet(null);
      if (current != null && current.isAlive()) {
        postmaster.stop(current.pid(), STOP_GRACE);
        if (!current.waitFor(1, TimeUnit.SECONDS)) {
          current.destroyForcibly().waitFor(); // it had not become a server yet
        }
      }
      lock.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.warn("interrupted while stopping the embedded PostgreSQL", e);
    } catch (IOException e) {
      LOG.warn("cannot release the lock of the embedded PostgreSQL", e);
    }
  }

  /** Leaves the server to itself, as a controller that is killed does; for tests. */
  void abandon() throws IOException {
    stopping = true;
    process.set(null);
    lock.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
