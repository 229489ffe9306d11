package dev.hostler.agent.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelFileTest {
  @TempDir Path folder;
  private final ByteBuffer scratch = ByteBuffer.allocate(4096);

  private KernelFile.Text text(String content) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), content);
    try (KernelFile open = KernelFile.open(file)) {
      return KernelFile.read(open, scratch);
    }
  }

  @Test
  void numbersAreFoundByWhatStandsBeforeThem() throws Exception {
    KernelFile.Text text =
        text("usage_usec 120\nuser_usec 70\n8:0 rbytes=5 wbytes=6\n8:1 rbytes=7");
    assertThat(text.after("usage_usec ")).isEqualTo(120);
    assertThat(text.after("user_usec ")).isEqualTo(70);
    assertThat(text.after("nr_periods ")).isEqualTo(-1);
    assertThat(text.after("usage_usec")).isEqualTo(120);
    assertThat(text.sumAfter("rbytes=")).isEqualTo(12);
    assertThat(text.sumAfter("dbytes=")).isZero();
    assertThat(text.number()).isEqualTo(-1);
    assertThat(text.lines()).isEqualTo(3);
  }

  @Test
  void oneNumberIsRead() throws Exception {
    assertThat(text("4096\n").number()).isEqualTo(4096);
    assertThat(text("max\n").number()).isEqualTo(-1);
    assertThat(text("").number()).isEqualTo(-1);
    assertThat(text("").isEmpty()).isTrue();
    assertThat(text("99999999999999999999\n").number()).isEqualTo(-1);
  }

  @Test
  void linesOfNumbersAreRead() throws Exception {
    assertThat(text("12\n13\n14\n").firstNumbers(2)).containsExactly(12, 13);
    assertThat(text("12\n13\n14\n").firstNumbers(9)).containsExactly(12, 13, 14);
    assertThat(text("").firstNumbers(9)).isEmpty();
  }

  @Test
  void aFileIsReadAgainFromItsStartAndUpToWhatFits() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "1\n");
    try (KernelFile open = KernelFile.open(file)) {
      assertThat(KernelFile.read(open, scratch).number()).isEqualTo(1);
      Files.writeString(file, "22\n");
      assertThat(KernelFile.read(open, scratch).number()).isEqualTo(22);
      Files.writeString(file, "7\n".repeat(5000));
      assertThat(KernelFile.read(open, scratch).lines()).isEqualTo(2048);
    }
  }

  @Test
  void whatIsNotThereReadsAsEmpty() {
    assertThat(KernelFile.open(folder.resolve("none"))).isNull();
    assertThat(KernelFile.open(List.of(folder), "none")).isNull();
    assertThat(KernelFile.read(null, scratch).isEmpty()).isTrue();
  }
}
