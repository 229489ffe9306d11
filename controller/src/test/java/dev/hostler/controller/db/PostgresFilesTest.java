package dev.hostler.controller.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock, the log and the user of the embedded PostgreSQL, without a server. */
class PostgresFilesTest {
  @TempDir Path folder;

  @Test
  void aDirectoryHasOneController() throws Exception {
    try (DirectoryLock _ = DirectoryLock.of(folder)) {
      assertThatThrownBy(() -> DirectoryLock.of(folder))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("another controller uses the data directory " + folder)
          .hasMessageContaining("set another data_dir");
    }
    DirectoryLock.of(folder).close();
  }

  @Test
  void aLockOfAnotherProcessCountsAsWell() throws Exception {
    Process other =
        new ProcessBuilder(
                "/usr/bin/perl",
                "-MFcntl",
                "-e",
                // struct flock of 64 bits: type F_WRLCK, whence, start, length, pid
                """
                open my $f, '+>', $ARGV[0] or die; my $lock = pack('s s x4 q q i x4', 1, 0, 0, 0, 0);
                fcntl($f, F_SETLK, $lock) or die; $| = 1; print "locked\\n"; sleep 600
                """,
                folder.resolve("lock").toString())
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("locked");
      assertThatThrownBy(() -> DirectoryLock.of(folder)).isInstanceOf(DatabaseException.class);
    } finally {
      other.destroyForcibly().waitFor();
    }
    DirectoryLock.of(folder).close();
  }

  @Test
  void anErrorShowsTheEndOfThisStartsLog() throws Exception {
    PostgresLog log = new PostgresLog(folder.resolve("log"));
    assertThat(log.begin()).isZero();
    assertThat(log.since(0)).isEqualTo("its log " + log.file() + " cannot be read");
    Files.writeString(log.file(), "earlier\n");
    long begin = log.begin();
    assertThat(begin).isEqualTo(8);
    Files.writeString(log.file(), "earlier\n" + "x".repeat(3000) + "now\n");
    assertThat(log.since(begin)).startsWith("xxx").endsWith("xnow (see " + log.file() + ")");
    assertThat(log.since(begin).length()).isLessThan(2100);
    assertThat(log.since(begin + 3000)).isEqualTo("now (see " + log.file() + ")");
  }

  @Test
  void aLogThatHasGrownBeginsAnew() throws Exception {
    PostgresLog log = new PostgresLog(folder.resolve("log"));
    try (RandomAccessFile file = new RandomAccessFile(log.file().toFile(), "rw")) {
      file.setLength((16 << 20) + 1);
    }
    assertThat(log.begin()).isZero();
    assertThat(log.file()).doesNotExist();
  }

  @Test
  void aUserThatCannotBeMadeIsExplained() {
    assertThatThrownBy(() -> PostgresUser.of("no such:user"))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("cannot create the system user no such:user")
        .hasMessageContaining("set database.url");
  }

  @Test
  void aCommandThatIsNotThereIs127() {
    PostgresUser.Command.Result result = PostgresUser.Command.run("/no/such/program");
    assertThat(result.exitCode()).isEqualTo(127);
    assertThat(result.output()).contains("/no/such/program");
  }

  @Test
  void aUserWithoutPrefixIsOurselves() throws Exception {
    PostgresUser self = new PostgresUser(0, 0, List.of());
    assertThat(self.command(List.of("a", "b"))).containsExactly("a", "b");
    assertThat(self.canEnter(folder)).isTrue();
    Path file = Files.createFile(folder.resolve("f"));
    self.own(file);
    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(0);
    PostgresUser other = new PostgresUser(12_345, 12_346, List.of("false"));
    assertThat(other.canEnter(folder)).isFalse();
    other.own(file);
    assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(12_346);
  }
}
