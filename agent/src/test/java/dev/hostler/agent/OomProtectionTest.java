package dev.hostler.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OomProtectionTest {
  @TempDir Path dir;

  @Test
  void theScoreIsLoweredAndNeverRaised() throws Exception {
    Path score = Files.writeString(dir.resolve("score"), "0\n");
    assertThat(OomProtection.apply(score)).isTrue();
    assertThat(score).hasContent("-900");
    Files.writeString(score, "-1000\n");
    assertThat(OomProtection.apply(score)).isTrue();
    assertThat(score).hasContent("-1000");
  }

  @Test
  void anAgentThatMayNotRunsWithout() throws Exception {
    assertThat(OomProtection.apply(dir.resolve("missing"))).isFalse();
    assertThat(OomProtection.apply(Files.writeString(dir.resolve("odd"), "x"))).isFalse();
  }
}
