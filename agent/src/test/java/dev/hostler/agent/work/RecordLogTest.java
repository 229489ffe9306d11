package dev.hostler.agent.work;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordLogTest {
  @TempDir Path dir;

  private Path file() {
    return dir.resolve("log");
  }

  private List<String> read() throws IOException {
    RecordLog.Opened opened = RecordLog.open(file());
    opened.log().close();
    return opened.records().stream().map(bytes -> new String(bytes, UTF_8)).toList();
  }

  private byte[] three() throws IOException {
    try (RecordLog log = RecordLog.open(file()).log()) {
      for (String record : List.of("first", "the second", "third")) {
        log.append(record.getBytes(UTF_8), true);
      }
    }
    return Files.readAllBytes(file());
  }

  @Test
  void keepsRecordsInOrderInAFileOfItsOwnersOnly() throws IOException {
    three();
    assertThat(read()).containsExactly("first", "the second", "third");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void aFileCutOffAtAnyByteKeepsEveryWholeRecordAndCanBeWrittenOn() throws IOException {
    byte[] whole = three();
    int firstEnd = 16 + 8 + "first".length();
    int secondEnd = firstEnd + 8 + "the second".length();
    for (int cut = 16; cut <= whole.length; cut++) {
      Files.write(file(), Arrays.copyOf(whole, cut));
      List<String> expected =
          List.of("first", "the second", "third")
              .subList(0, cut < firstEnd ? 0 : cut < secondEnd ? 1 : cut < whole.length ? 2 : 3);
      try (RecordLog log = RecordLog.open(file()).log()) {
        log.append("next".getBytes(UTF_8), true);
      }
      assertThat(read())
          .as("cut at %d", cut)
          .containsExactlyElementsOf(Stream.concat(expected.stream(), Stream.of("next")).toList());
    }
  }

  @Test
  void aLastRecordOfGarbageIsCutOff() throws IOException {
    byte[] whole = three();
    int firstEnd = 16 + 8 + "first".length();
    for (int at = firstEnd; at < whole.length; at++) {
      byte[] torn = Arrays.copyOf(whole, whole.length);
      Arrays.fill(torn, at, torn.length, (byte) 0);
      Files.write(file(), torn);
      assertThat(read()).as("zeros from %d", at).first().isEqualTo("first");
      assertThat(read()).as("zeros from %d", at).doesNotContain("third");
    }
  }

  @Test
  void damageInTheMiddleLosesOneRecordAndKeepsACopyForPeople() throws IOException {
    byte[] whole = three();
    int secondAt = 16 + 8 + "first".length();
    for (int at = secondAt; at < secondAt + 8 + "the second".length(); at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x41;
      Files.write(file(), damaged);
      assertThat(read()).as("byte %d", at).containsExactly("first", "third");
      assertThat(dir.resolve("log.damaged")).hasBinaryContent(damaged);
      assertThat(read()).as("mended").containsExactly("first", "third");
    }
  }

  @Test
  void bytesWithinARecordAreNeverTakenForARecord() throws IOException {
    byte[] inner = three();
    Files.delete(file());
    try (RecordLog log = RecordLog.open(file()).log()) {
      log.append(Arrays.copyOfRange(inner, 16, inner.length), true);
    }
    byte[] outer = Files.readAllBytes(file());
    outer[16] ^= 1; // the outer record's own frame is damaged
    Files.write(file(), outer);
    assertThat(read()).isEmpty();
  }

  @Test
  void rewritingReplacesAllRecordsAtOnce() throws IOException {
    three();
    RecordLog.Opened opened = RecordLog.open(file());
    opened.log().rewrite(List.of("only".getBytes(UTF_8)));
    opened.log().append("more".getBytes(UTF_8), false);
    opened.log().close();
    assertThat(read()).containsExactly("only", "more");
  }

  @Test
  void aRewriteThatWasInterruptedLeavesTheOldFile() throws IOException {
    three();
    Files.writeString(dir.resolve("log.new"), "half of a");
    assertThat(read()).containsExactly("first", "the second", "third");
    try (RecordLog log = RecordLog.open(file()).log()) {
      log.rewrite(List.of());
    }
    assertThat(read()).isEmpty();
  }

  @Test
  void anotherFileIsNotTouched() throws IOException {
    Files.writeString(file(), "something else entirely");
    assertThatThrownBy(this::read)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a ledger")
        .hasMessageContaining(file().toString());
    assertThat(file()).hasContent("something else entirely");
  }

  @Test
  void refusesARecordThatCannotBeReadAgain() throws IOException {
    try (RecordLog log = RecordLog.open(file()).log()) {
      assertThatThrownBy(() -> log.append(new byte[0], true)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> log.append(new byte[RecordLog.MAX_RECORD + 1], true))
          .isInstanceOf(IOException.class);
      log.append("fits".getBytes(UTF_8), true);
    }
    assertThat(read()).containsExactly("fits");
  }
}
