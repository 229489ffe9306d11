package dev.hostler.controller.db;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The one PostgreSQL of this test JVM, with a migrated database to copy. */
final class TestPostgres {
  private static final String PREFIX = "hostler-test-pg-";
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final TestPostgres INSTANCE = new TestPostgres();

  private final EmbeddedPostgres postgres;
  private final Path directory;

  static TestPostgres get() {
    return INSTANCE;
  }

  private TestPostgres() {
    try {
      Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
      sweep(temporary);
      directory =
          Files.createTempDirectory(temporary, PREFIX + ProcessHandle.current().pid() + "-");
      postgres =
          EmbeddedPostgres.start(
              new EmbeddedPostgres.Settings(directory, "hostler-pg", false), TimeSource.system());
      Runtime.getRuntime().addShutdownHook(new Thread(this::remove));
      postgres.databases().create("template_migrated", null);
      try (Database database = Database.open(postgres.address("template_migrated"), 2)) {
        database.migrate();
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A fresh database with the current schema. */
  String newDatabase() {
    String name = "test_" + NUMBER.incrementAndGet();
    postgres.databases().create(name, "template_migrated");
    return name;
  }

  /** The unpacked programs, for tests that make clusters of their own. */
  Path programs() {
    return directory.resolve("postgresql-" + PostgresArchive.VERSION);
  }

  DatabaseAddress address(String name) {
    return postgres.address(name);
  }

  void drop(String name) {
    postgres.databases().drop(name);
  }

  private void remove() {
    postgres.close();
    try {
      PostgresArchive.delete(directory);
    } catch (IOException e) {
      e.printStackTrace();
    }
  }

  /** Removes what test JVMs that were killed left behind. */
  private static void sweep(Path temporary) throws IOException, InterruptedException {
    List<Path> old;
    try (Stream<Path> all = Files.list(temporary)) {
      old = all.filter(path -> path.getFileName().toString().startsWith(PREFIX)).toList();
    }
    for (Path path : old) {
      String pid = path.getFileName().toString().substring(PREFIX.length()).split("-", 2)[0];
      if (ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
        new Postmaster(path.resolve("cluster"), TimeSource.system())
            .stopLeftover(java.time.Duration.ofSeconds(5));
        try {
          PostgresArchive.delete(path);
        } catch (IOException _) {
          // another test JVM sweeps the same
        }
      }
    }
  }
}
