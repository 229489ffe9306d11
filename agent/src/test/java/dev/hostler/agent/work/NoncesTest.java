package dev.hostler.agent.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.common.time.ManualTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host remembers of the jobs it took. */
class NoncesTest {
  @TempDir Path dir;
  private final ManualTime time = new ManualTime();
  private final Instant expires = time.instant().plus(Duration.ofHours(1));

  private static String key(int i) {
    return HexFormat.of().toHexDigits(i).repeat(8);
  }

  private Nonces open() throws Exception {
    return Nonces.open(dir.resolve("state/nonces"), time);
  }

  private static void refused(Refusal refusal, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
  }

  @Test
  void takesAJobOnceAlsoAfterARestart() throws Exception {
    try (Nonces nonces = open()) {
      nonces.claim(key(1), expires);
      refused(Refusal.JOB_REPLAYED, () -> nonces.claim(key(1), expires));
      nonces.record(key(1), expires);
      nonces.claim(key(2), expires);
    }
    try (Nonces nonces = open()) {
      refused(Refusal.JOB_REPLAYED, () -> nonces.claim(key(1), expires));
      // Claimed, but the agent was gone before anything of it was recorded.
      nonces.claim(key(2), expires);
      nonces.release(key(2));
      nonces.claim(key(2), expires);
    }
  }

  @Test
  void aTornWriteLosesOnlyWhatNobodyWasToldOf() throws Exception {
    try (Nonces nonces = open()) {
      nonces.record(key(1), expires);
      nonces.record(key(2), expires);
    }
    byte[] whole = Files.readAllBytes(dir.resolve("state/nonces"));
    for (int cut = 1; cut < 40; cut++) {
      Files.write(dir.resolve("state/nonces"), Arrays.copyOf(whole, whole.length - cut));
      try (Nonces nonces = open()) {
        assertThat(nonces.knows(key(1))).isTrue();
        assertThat(nonces.knows(key(2))).isFalse();
      }
    }
  }

  @Test
  void remembersNoMoreThanItCanAndForgetsNoneBeforeItsTime() throws Exception {
    try (Nonces nonces = Nonces.open(dir.resolve("few"), time, 3, 1 << 20)) {
      for (int i = 0; i < 3; i++) {
        nonces.claim(key(i), expires);
      }
      refused(Refusal.EXHAUSTED, () -> nonces.claim(key(3), expires));
      time.advance(Duration.ofHours(1));
      nonces.claim(key(3), expires.plusSeconds(60));
      // Their time is over, and stays over when the clock goes back.
      assertThat(nonces.knows(key(0))).isFalse();
      refused(Refusal.EXPIRED, () -> nonces.claim(key(0), expires));
    }
  }

  @Test
  void forgetsOnDiskWhatHasExpiredButNotThatItHas() throws Exception {
    Path file = dir.resolve("small");
    try (Nonces nonces = Nonces.open(file, time, 1000, 4096)) {
      // Compacted once, although nothing has expired.
      for (int i = 0; i < 100; i++) {
        nonces.record(key(i), expires);
      }
      long large = Files.size(file);
      assertThat(large).isGreaterThan(4096);
      time.advance(Duration.ofHours(2));
      for (int i = 1000; i < 1300; i++) {
        nonces.record(key(i), expires.plus(Duration.ofHours(9)));
      }
      assertThat(nonces.knows(key(7))).isFalse();
    }
    try (Nonces nonces = Nonces.open(file, time, 1000, 4096)) {
      refused(Refusal.EXPIRED, () -> nonces.claim(key(7), expires));
      for (int i = 1000; i < 1300; i++) {
        assertThat(nonces.knows(key(i))).isTrue();
      }
    }
  }
}
