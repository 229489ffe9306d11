package dev.hostler.agent.denial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.sandbox.seccomp.Architecture;
import dev.hostler.agent.sandbox.seccomp.SyscallTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher recorded of a run. */
class LearnedFileTest {
  private static final SyscallTable CALLS = Architecture.X86_64.syscalls();

  @TempDir Path directory;

  @Test
  void isJsonForOperators() throws IOException {
    Path file = directory.resolve("learned");
    Files.writeString(
        file,
        """
        call 0 7
        call 257 12
        call 1023 1
        make /srv/a%20b
        write /etc/x
        peer 10.0.0.1:443
        listen 0.0.0.0:80
        cap CAP_CHOWN
        more make
        strange thing
        """);
    assertThat(LearnedFile.read(file, CALLS))
        .isEqualTo(
            "{\"calls\":{\"openat\":12,\"read\":7,\"syscall 1023\":1},"
                + "\"capabilities\":[\"CAP_CHOWN\"],\"listens\":[\"0.0.0.0:80\"],"
                + "\"made\":[\"/srv/a%20b\"],\"more\":[\"make\"],"
                + "\"peers\":[\"10.0.0.1:443\"],\"written\":[\"/etc/x\"]}");
  }

  @Test
  void nothingIsThereWhenNothingWasRecorded() throws IOException {
    assertThat(LearnedFile.read(directory.resolve("none"), CALLS)).isEmpty();
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/etc/passwd"));
    assertThat(LearnedFile.read(link, CALLS)).isEmpty();
  }
}
