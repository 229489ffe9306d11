package dev.hostler.agent.denial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.sandbox.seccomp.Architecture;
import dev.hostler.agent.sandbox.seccomp.SyscallTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of denied calls as the launcher writes it. */
class DenialFileTest {
  private static final SyscallTable CALLS = Architecture.X86_64.syscalls();

  @TempDir Path directory;

  private List<Denial> read(String... lines) throws IOException {
    Path file = directory.resolve("denials");
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      text.append(line).append(" ".repeat(255 - line.length())).append('\n');
    }
    Files.writeString(file, text);
    return DenialFile.read(file, CALLS);
  }

  private List<String> texts(String... lines) throws IOException {
    return read(lines).stream().map(Denial::text).toList();
  }

  private static String line(int number, String shown, String arguments, String pointed) {
    return "4 %d 77 3 1000000001 2000000002 %s %s %s 4"
        .formatted(number, shown, arguments, pointed);
  }

  @Test
  void aLineIsOneKindOfCall() throws IOException {
    assertThat(read(line(165, "8", "0 0 0 2 0 0", "/mnt%20a")))
        .containsExactly(
            new Denial(
                0,
                "mount",
                "/mnt%20a, flags=0x2",
                3,
                Instant.ofEpochSecond(1, 1),
                Instant.ofEpochSecond(2, 2),
                77,
                false));
  }

  @Test
  void writesAreSaidWithTheirPaths() throws IOException {
    assertThat(
            texts(
                line(257, "0", "0 0 0 0 0 0", "write:/etc/passwd"),
                line(83, "0", "0 0 0 0 0 0", "write:")))
        .containsExactly(
            "openat(/etc/passwd outside the declared paths)",
            "mkdir(many more paths outside the declared paths)");
    assertThat(
            read(line(83, "0", "0 0 0 0 0 0", "write:/usr/x/__pycache__/y")).getFirst().routine())
        .isTrue();
    assertThat(read(line(83, "0", "0 0 0 0 0 0", "write:/usr/x")).getFirst().routine()).isFalse();
  }

  @Test
  void numbersAreSaidByName() throws IOException {
    assertThat(
            texts(
                line(41, "7", "1 80801 0 0 0 0", "-"),
                line(41, "7", "26 5 0 0 0 0", "-"),
                line(41, "7", "63 9 0 0 0 0", "-"),
                line(272, "1", "10020000 0 0 0 0 0", "-"),
                line(272, "1", "0 0 0 0 0 0", "-"),
                line(101, "3", "10 1 0 0 0 0", "-"),
                line(16, "2", "0 dead00005412 0 0 0 0", "-"),
                line(166, "2", "0 2 0 0 0 0", "/edge"),
                line(42, "0", "0 0 0 0 0 0", "10.0.0.1:443"),
                line(135, "1", "ffffffff 0 0 0 0 0", "-"),
                line(321, "0", "0 0 0 0 0 0", "-"),
                line(9999, "0", "0 0 0 0 0 0", "-"),
                line(-1, "0", "0 0 0 0 0 0", "-")))
        .containsExactly(
            "socket(AF_UNIX, SOCK_STREAM, 0)",
            "socket(AF_ALG, SOCK_SEQPACKET, 0)",
            "socket(0x63, 0x9, 0)",
            "unshare(CLONE_NEWNS|CLONE_NEWUSER)",
            "unshare(0x0)",
            "ptrace(PTRACE_ATTACH, 1)",
            "ioctl(TIOCSTI)",
            "umount2(/edge, flags=0x2)",
            "connect(10.0.0.1:443)",
            "personality(0xffffffff)",
            "bpf()",
            "syscall 9999()",
            "other()");
  }

  @Test
  void onlyASocketThatLibrariesOpenIsRoutine() throws IOException {
    assertThat(
            read(
                line(41, "7", "1 80801 0 0 0 0", "-"),
                line(41, "7", "26 5 0 0 0 0", "-"),
                line(42, "0", "1 0 0 0 0 0", "-")))
        .extracting(Denial::routine)
        .containsExactly(true, false, false);
  }

  @Test
  void whatIsHalfWrittenIsLeftOutAndTheSlotsKeepTheirPlaces() throws IOException {
    assertThat(
            read(
                line(41, "7", "1 1 0 0 0 0", "-").replace(" 4", " 5"),
                "",
                "x",
                line(41, "zz", "1 1 0 0 0 0", "-"),
                line(321, "0", "0 0 0 0 0 0", "-")))
        .extracting(Denial::slot)
        .containsExactly(4);
    assertThat(DenialFile.read(directory.resolve("missing"), CALLS)).isEmpty();
    Files.createSymbolicLink(directory.resolve("link"), directory.resolve("denials"));
    assertThat(DenialFile.read(directory.resolve("link"), CALLS)).isEmpty();
  }

  @Test
  void moreThanTheTableHoldsIsNotRead() throws IOException {
    String[] lines = new String[DenialFile.MOST_CALLS + 1];
    java.util.Arrays.fill(lines, line(321, "0", "0 0 0 0 0 0", "-"));
    assertThat(read(lines)).hasSize(DenialFile.MOST_CALLS);
  }

  @Test
  void newsAreWhatHasGrown() throws IOException {
    DenialNews news = new DenialNews();
    List<Denial> first = read(line(321, "0", "0 0 0 0 0 0", "-"));
    assertThat(news.of(first)).isEqualTo(first);
    assertThat(news.of(first)).isEmpty();
    List<Denial> second =
        read(line(321, "0", "0 0 0 0 0 0", "-"), line(165, "0", "0 0 0 0 0 0", "-"));
    assertThat(news.of(second)).containsExactly(second.get(1));
    List<Denial> third = read(line(321, "0", "0 0 0 0 0 0", "-").replace(" 77 3 ", " 77 9 "));
    assertThat(news.of(third)).isEqualTo(third);
  }
}
