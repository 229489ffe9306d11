package dev.hostler.trust.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.Problems;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LimitsTest {
  @ParameterizedTest
  @CsvSource({
    "memory, 64MiB, 67108864",
    "memory, 4096, 4096",
    "cpu, 1.5, 1500",
    "cpu, 0.025, 25",
    "cpu, 2, 2000",
    "cpu_time, 1m30s, 90000",
    "pids, 64, 64",
    "io_read, 20MiB, 20971520",
  })
  void whatPeopleWriteIsReadAndWrittenAgain(String key, String text, long value) {
    Limit limit = Limit.ofKey(key).orElseThrow();
    assertThat(limit.parse(text)).hasValue(value);
    assertThat(limit.parse(limit.format(value))).hasValue(value);
  }

  @ParameterizedTest
  @CsvSource({"memory, lots", "cpu, 0.1234", "cpu, -1", "timeout, 30", "pids, -1", "pids, +7"})
  void whatIsNoneIsNotRead(String key, String text) {
    assertThat(Limit.ofKey(key).orElseThrow().parse(text)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Limit.class)
  void eachHasARange(Limit limit) {
    Problems problems = new Problems();
    Limits.of(Map.of(limit, limit.least())).check("", problems);
    Limits.of(Map.of(limit, limit.most())).check("", problems);
    assertThat(problems.isEmpty()).isTrue();
    Limits.of(Map.of(limit, limit.most() + 1)).check("limits.", problems);
    assertThat(problems.list())
        .singleElement()
        .satisfies(one -> assertThat(one.field()).isEqualTo("limits." + limit.key()))
        .satisfies(one -> assertThat(one.fix()).contains(Long.toString(limit.most())));
    assertThatThrownBy(() -> Limits.of(Map.of(limit, limit.least() - 1)).requireInRange())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limits." + limit.key());
  }

  @Test
  void theLowerOneOfEachCounts() {
    Limits one = Limits.of(Map.of(Limit.MEMORY, 100L, Limit.PIDS, 5L));
    Limits other = Limits.of(Map.of(Limit.MEMORY, 50L, Limit.PIDS, 9L, Limit.CPU, 10L));
    assertThat(one.loweredBy(other))
        .isEqualTo(Limits.of(Map.of(Limit.MEMORY, 50L, Limit.PIDS, 5L, Limit.CPU, 10L)))
        .isEqualTo(other.loweredBy(one));
    assertThat(one.loweredBy(Limits.NONE)).isEqualTo(one);
    assertThat(one.without(Limit.MEMORY).without(Limit.PIDS)).isEqualTo(Limits.NONE);
    assertThat(Limits.NONE.isEmpty()).isTrue();
    assertThatThrownBy(() -> one.require(Limit.TMP)).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void whoeverReallyLoweredItIsNamed() {
    EffectiveLimits limits =
        EffectiveLimits.of(
                Limits.of(Map.of(Limit.MEMORY, 100L, Limit.PIDS, 5L)), EffectiveLimits.BUNDLE)
            .loweredBy(Limits.of(Map.of(Limit.MEMORY, 100L)), EffectiveLimits.HOST)
            .loweredBy(
                Limits.of(Map.of(Limit.PIDS, 4L, Limit.CPU_TIME, 9L)), EffectiveLimits.POLICY)
            .loweredBy(Limits.of(Map.of(Limit.PIDS, 80L)), EffectiveLimits.JOB);
    assertThat(limits.setBy(Limit.MEMORY)).isEqualTo("bundle");
    assertThat(limits.setBy(Limit.PIDS)).isEqualTo("policy");
    assertThat(limits.limits().get(Limit.PIDS)).hasValue(4);
    assertThat(limits.setBy(Limit.CPU_TIME)).isEqualTo("policy");
    assertThat(limits.setBy(Limit.IO_READ)).isEmpty();
  }

  @Test
  void whatABundleLeavesOutCannotBeRaisedByALimit() {
    EffectiveLimits limits =
        EffectiveLimits.of(Limits.NONE, EffectiveLimits.BUNDLE)
            .loweredBy(
                Limits.of(Map.of(Limit.SWAP, 1L << 30, Limit.CPU_WEIGHT, 9000L)),
                EffectiveLimits.POLICY);
    assertThat(limits.limits().get(Limit.SWAP)).hasValue(0);
    assertThat(limits.limits().get(Limit.CPU_WEIGHT)).hasValue(100);
  }

  @Test
  void theJsonFormHasNoOtherMembers() {
    Limits limits = Limits.of(Map.of(Limit.MEMORY, 100L, Limit.CPU, 10L));
    var node = Json.MAPPER.createObjectNode();
    limits.write(node);
    Problems problems = new Problems();
    assertThat(Limits.read(node, "limits", problems)).isEqualTo(limits);
    assertThat(problems.isEmpty()).isTrue();
    node.put("colour", 3);
    assertThat(Limits.read(node, "limits", problems).get(Limit.PIDS))
        .isEqualTo(OptionalLong.empty());
    assertThat(problems.list()).singleElement().asString().contains("colour");
  }

  @Test
  void allKeysAreKnown() {
    assertThat(Limit.keys()).startsWith("memory, swap, cpu,").endsWith("tmp");
    assertThat(Limit.ofKey("colour")).isEmpty();
    assertThat(Limit.CPU.form()).contains("0.5");
  }
}
