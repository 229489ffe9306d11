package dev.hostler.agent.preview;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against diff and patch, which are not ours. */
class LineDiffTest {
  @TempDir Path folder;

  private String tool(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isLessThan(2);
    return said;
  }

  private void patches(String before, String after, String shown) throws Exception {
    Files.writeString(folder.resolve("file"), before);
    Files.writeString(folder.resolve("patch"), "--- file\n+++ file\n" + shown);
    tool("patch", "-s", "file", "patch");
    assertThat(folder.resolve("file")).exists();
    assertThat(Files.readString(folder.resolve("file"))).isEqualTo(after);
  }

  @Test
  void whatChangedStandsBetweenWhatDidNot() {
    LineDiff diff = LineDiff.of("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nD\ne\nf\ng\n");
    assertThat(diff.text()).isEqualTo("@@ -1,6 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n+g\n");
    assertThat(diff.insertions()).isEqualTo(2);
    assertThat(diff.deletions()).isEqualTo(1);
  }

  @Test
  void aNewFileIsAllNew() {
    assertThat(LineDiff.of("", "x\ny").text())
        .isEqualTo("@@ -0,0 +1,2 @@\n+x\n+y\n\\ No newline at end of file\n");
    assertThat(LineDiff.of("x\n", "").text()).isEqualTo("@@ -1 +0,0 @@\n-x\n");
    assertThat(LineDiff.of("x\n", "x\n")).isEqualTo(new LineDiff("", 0, 0));
  }

  @Test
  void aHugeDifferenceIsBounded() throws Exception {
    StringBuilder before = new StringBuilder("same\n");
    StringBuilder after = new StringBuilder("same\n");
    for (int i = 0; i < 3000; i++) {
      before.append("old ").append(i).append('\n');
      after.append("new ").append(i).append('\n');
    }
    LineDiff diff = LineDiff.of(before.toString(), after.toString());
    assertThat(diff.insertions()).isEqualTo(3000);
    patches(before.toString(), after.toString(), diff.text());
  }

  @RepeatedTest(30)
  void randomTextsComeOutOfPatch() throws Exception {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    String before = text(random, 40, new StringBuilder());
    StringBuilder changed = new StringBuilder();
    for (String line : before.split("(?<=\n)")) {
      switch (random.nextInt(8)) {
        case 0 -> {}
        case 1 -> text(random, 3, changed);
        default -> changed.append(line);
      }
    }
    String after = changed.toString();
    LineDiff diff = LineDiff.of(before, after);
    if (before.equals(after)) {
      assertThat(diff.text()).isEmpty();
      return;
    }
    if (!after.isEmpty() && !before.isEmpty()) { // else patch removes the file
      patches(before, after, diff.text());
    }
    Files.writeString(folder.resolve("a"), before);
    Files.writeString(folder.resolve("b"), after);
    long theirs =
        tool("diff", "-d", "a", "b").lines().filter(line -> line.matches("[<>].*")).count();
    assertThat(diff.insertions() + diff.deletions())
        .as("as short as that of diff, seed " + seed)
        .isEqualTo(Math.toIntExact(theirs));
  }

  private static String text(Random random, int most, StringBuilder text) {
    for (int i = random.nextInt(most); i > 0; i--) {
      text.append("line ").append(random.nextInt(6)).append(random.nextInt(9) > 0 ? "\n" : "\n\n");
    }
    return text.toString();
  }
}
