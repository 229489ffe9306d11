package dev.hostler.controller.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hostler.common.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
  @TempDir Path folder;

  private EmbeddedPostgres start() throws InterruptedException {
    return start(false);
  }

  private EmbeddedPostgres start(boolean durable) throws InterruptedException {
    return EmbeddedPostgres.start(
        new EmbeddedPostgres.Settings(folder.resolve("pg"), "hostler-pg", durable),
        TimeSource.system());
  }

  /** The embedded user must get to its folder; temporary folders are for their owner only. */
  private void open() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    // Unpacking takes a second and is tried by the other tests.
    Path programs = TestPostgres.get().programs();
    Files.createSymbolicLink(
        Files.createDirectories(folder.resolve("pg")).resolve(programs.getFileName()), programs);
  }

  private static void write(EmbeddedPostgres postgres, String text) {
    try (Database database = Database.open(postgres.ownDatabase(), 1)) {
      database.execute(tx -> {
        tx.handle().execute("CREATE TABLE IF NOT EXISTS notes (text text)");
        tx.handle().execute("INSERT INTO notes VALUES (?)", text);
      });
    }
  }

  private static String read(Database database) {
    return database.transact(tx ->
        tx.handle()
            .createQuery("SELECT string_agg(text, ',' ORDER BY text) FROM notes")
            .mapTo(String.class)
            .one());
  }

  private static String read(EmbeddedPostgres postgres) {
    try (Database database = Database.open(postgres.ownDatabase(), 1)) {
      return read(database);
    }
  }

  @Test
  void dataOutlivesAStopAndTheServerRunsApartFromUs() throws Exception {
    open();
    try (EmbeddedPostgres postgres = start()) {
      write(postgres, "kept");
      Path proc = Path.of("/proc", Long.toString(postgres.pid()));
      String[] stat = Files.readString(proc.resolve("stat")).replaceAll(".*\\) ", "").split(" ");
      assertThat(stat[3]).as("session id").isEqualTo(Long.toString(postgres.pid()));
      assertThat(Files.getOwner(proc).getName()).isNotEqualTo("root");
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(folder.resolve("pg/password"))))
          .isEqualTo("rw-------");
      assertThat(postgres.address("x").toString())
          .doesNotContain(Files.readString(folder.resolve("pg/password")));
    }
    assertThat(folder.resolve("pg/cluster/postmaster.pid")).doesNotExist();
    try (EmbeddedPostgres postgres = start()) {
      assertThat(read(postgres)).isEqualTo("kept");
    }
  }

  @Test
  void aFolderThatItsUserCannotEnterIsBoundForItAlone() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    try (EmbeddedPostgres postgres = start()) {
      write(postgres, "hidden");
      assertThat(read(postgres)).isEqualTo("hidden");
      assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain("hostler-pg ");
    }
    try (EmbeddedPostgres postgres = start()) {
      assertThat(read(postgres)).isEqualTo("hidden");
    }
  }

  @Test
  void aServerThatIsKilledIsStartedAgainAndThePoolGoesOn() throws Exception {
    open();
    try (EmbeddedPostgres postgres = start(true)) {
      write(postgres, "before");
      try (Database database = Database.open(postgres.ownDatabase(), 2)) {
        assertThat(read(database)).isEqualTo("before");
        long first = postgres.pid();
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        await()
            .atMost(Duration.ofSeconds(60))
            .ignoreExceptions()
            .until(() -> postgres.pid() != first && read(database).equals("before"));
      }
    }
  }

  @Test
  void aServerThatAKilledControllerLeftIsStopped() throws Exception {
    open();
    Path directory = folder.resolve("pg");
    EmbeddedPostgres postgres = start();
    write(postgres, "left");
    Postmaster postmaster = new Postmaster(directory.resolve("cluster"), TimeSource.system());
    Optional<Long> pid = postmaster.pid();
    assertThat(pid).contains(postgres.pid());
    // What is left after kill -9 of a controller: the server, its pid file, no lock.
    postgres.abandon();
    try (EmbeddedPostgres next = start()) {
      assertThat(ProcessHandle.of(pid.get()).map(ProcessHandle::isAlive).orElse(false)).isFalse();
      assertThat(read(next)).isEqualTo("left");
    }
  }

  @Test
  void aPidFileThatNamesSomeoneElseIsIgnored() throws Exception {
    open();
    try (EmbeddedPostgres postgres = start()) {
      write(postgres, "x");
    }
    Process other = new ProcessBuilder("sleep", "300").start();
    try {
      Path file = folder.resolve("pg/cluster/postmaster.pid");
      Files.writeString(
          file, other.pid() + "\n" + folder.resolve("pg/cluster") + "\n1\n5432\n\n127.0.0.1\n");
      try (EmbeddedPostgres postgres = start()) {
        assertThat(read(postgres)).isEqualTo("x");
      }
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void twoControllersDoNotShareAFolder() throws Exception {
    open();
    try (EmbeddedPostgres _ = start()) {
      assertThatThrownBy(() -> start())
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("another controller uses the data directory");
    }
  }

  @Test
  void databasesAreMadeAndDroppedOnceAndAMistakeSaysWhy() throws Exception {
    open();
    PostgresDatabases databases;
    try (EmbeddedPostgres postgres = start()) {
      databases = postgres.databases();
      databases.create("one", null);
      databases.create("one", null);
      assertThat(Database.open(databases.address("one"), 1)).satisfies(Database::close);
      databases.drop("one");
      databases.drop("one");
      assertThatThrownBy(() -> databases.create("no name", null))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("cannot create database no name");
    }
    assertThatThrownBy(() -> databases.drop("one"))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("cannot drop database one");
  }

  @Test
  void aClusterOfAnotherVersionIsNotTouched() throws Exception {
    open();
    Path cluster = Files.createDirectories(folder.resolve("pg/cluster"));
    Files.writeString(cluster.resolve("PG_VERSION"), "15\n");
    assertThatThrownBy(() -> start())
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("was made by PostgreSQL 15, this controller has 18");
  }

  @Test
  void aServerThatEndsAtStartSaysWhy() throws Exception {
    open();
    start().close();
    Path conf = folder.resolve("pg/cluster/postgresql.conf");
    Files.writeString(conf, "nonsense = 1\n");
    assertThatThrownBy(() -> start())
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("the embedded PostgreSQL ended at start")
        .hasMessageContaining("nonsense");
  }
}
