package dev.hostler.agent.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.trust.StateFile.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Old or new, never neither. */
class StateFileTest {
  @TempDir Path dir;

  private static List<byte[]> parts(String... texts) {
    return java.util.Arrays.stream(texts).map(t -> t.getBytes(StandardCharsets.UTF_8)).toList();
  }

  private static List<String> texts(List<byte[]> parts) {
    return parts.stream().map(part -> new String(part, StandardCharsets.UTF_8)).toList();
  }

  private static final class PowerCut extends IOException {
    private static final long serialVersionUID = 1;
  }

  private StateFile cutAt(Step step) {
    return new StateFile(
        dir.resolve("f"),
        at -> {
          if (at == step) {
            throw new PowerCut();
          }
        });
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void aPowerCutLeavesTheOldOrTheNew(Step step) throws Exception {
    Path file = dir.resolve("f");
    new StateFile(file).write(parts("old", ""));
    assertThatThrownBy(() -> cutAt(step).write(parts("new", "er"))).isInstanceOf(PowerCut.class);
    Path next = dir.resolve("f.new");
    if (step.compareTo(Step.SYNCED) < 0 && Files.exists(next)) {
      Files.write(next, new byte[7]); // what was not durable may be anything
    }
    assertThat(texts(new StateFile(file).read()))
        .isEqualTo(step == Step.RENAMED ? List.of("new", "er") : List.of("old", ""));
    new StateFile(file).write(parts("third"));
    assertThat(texts(new StateFile(file).read())).containsExactly("third");
    assertThat(next).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void alsoOfTheFirstOne(Step step) throws Exception {
    assertThatThrownBy(() -> cutAt(step).write(parts("new"))).isInstanceOf(PowerCut.class);
    assertThat(texts(new StateFile(dir.resolve("f")).read()))
        .isEqualTo(step == Step.RENAMED ? List.of("new") : List.of());
  }

  @Test
  void onlyRootReadsIt() throws Exception {
    new StateFile(dir.resolve("f")).write(parts("x"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("f"))))
        .isEqualTo("rw-------");
  }

  @Test
  void damageIsFound() throws Exception {
    Path file = dir.resolve("f");
    new StateFile(file).write(parts("one", "two"));
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      byte[] flipped = good.clone();
      flipped[i] ^= 1;
      Files.write(file, flipped);
      assertThatThrownBy(() -> new StateFile(file).read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("damaged");
      Files.write(file, java.util.Arrays.copyOf(good, i));
      assertThatThrownBy(() -> new StateFile(file).read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("damaged");
    }
  }
}
