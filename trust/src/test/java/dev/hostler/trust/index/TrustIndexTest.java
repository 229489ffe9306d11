package dev.hostler.trust.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.trust.bundle.Version;
import dev.hostler.trust.index.IndexException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The form of the index statement. */
class TrustIndexTest {
  static final Instant NOW = Instant.parse("2026-11-21T07:00:00Z");
  private static final String A = "a".repeat(64);
  private static final String B = "b".repeat(64);

  static TrustIndex sample(long number) {
    return new TrustIndex(
        number,
        NOW,
        NOW.plus(Duration.ofDays(1)),
        List.of(
            new BundleVersion("web", Version.parse("1.10.0"), B, false),
            new BundleVersion("web", Version.parse("1.9.0"), A, true),
            new BundleVersion("db", Version.parse("2.0.0-rc.1"), "c".repeat(64), false)),
        new Revoked(
            new TreeSet<>(List.of(A)),
            new TreeSet<>(List.of(B)),
            new TreeSet<>(List.of("mallory"))));
  }

  private static String text(TrustIndex index) {
    return new String(index.canonicalJson(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void isReadAsItWasWritten() throws Exception {
    TrustIndex index = sample(7);
    assertThat(TrustIndex.read(index.canonicalJson())).isEqualTo(index);
    assertThat(text(index))
        .startsWith("{\"bundles\":[{\"manifest\":\"ccc")
        .contains("\"expires\":\"2026-11-22T07:00:00Z\"")
        .contains("\"format\":\"hostler.index/1\"")
        .contains("\"operators\":[\"mallory\"]");
    assertThat(index.bundles().stream().map(one -> one.name() + one.version()))
        .containsExactly("db2.0.0-rc.1", "web1.9.0", "web1.10.0");
  }

  @Test
  void findsAVersion() {
    BundleVersion found = sample(1).find("web", Version.parse("1.9.0"));
    assertThat(found).isNotNull();
    assertThat(found.yanked()).isTrue();
    assertThat(sample(1).find("web", Version.parse("1.9.1"))).isNull();
    assertThat(sample(1).find("cache", Version.parse("1.9.0"))).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hostler.index/1 | hostler.index/2 | format",
        "hostler.index/1 | hostler.job/1 | format",
        "\"number\":7 | \"number\":0 | number",
        "\"number\":7 | \"number\":-1 | number",
        "\"number\":7 | \"number\":7.5 | number",
        "\"number\":7 | \"number\":\"7\" | number",
        "\"number\":7, | '' | number: is missing",
        "2026-11-22T07:00:00Z | 2026-11-21T07:00:00Z | expires",
        "2026-11-22T07:00:00Z | 2027-11-21T07:00:00Z | at most 92 days",
        "2026-11-22T07:00:00Z | 2026-11-22T07:00:00.5Z | whole seconds",
        "2026-11-22T07:00:00Z | 2026-11-22T07:00Z | whole seconds",
        "2026-11-22T07:00:00Z | 2026-11-22T09:00:00+02:00 | whole seconds",
        "\"yanked\":true | \"yanked\":1 | yanked",
        "\"yanked\":true | \"yanked\":true,\"more\":1 | more",
        "\"version\":\"1.9.0\" | \"version\":\"1.9\" | version",
        "\"version\":\"1.9.0\" | \"version\":\"1.10.0\" | twice",
        "\"name\":\"db\" | \"name\":\"../db\" | name",
        "mallory | '' | operators",
        "\"revoked\":{ | \"extra\":{},\"revoked\":{ | extra",
        "\"number\":7 | \"number\":7,\"number\":8 | number",
        "{\"bundles\" | {  \"bundles\" | canonical"
      })
  void everyFieldIsChecked(String from, String to, String named) {
    String changed = text(sample(7)).replace(from, to);
    assertThat(changed).isNotEqualTo(text(sample(7)));
    assertThatThrownBy(() -> TrustIndex.read(bytes(changed)))
        .isInstanceOfSatisfying(
            IndexException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED))
        .hasMessageContaining(named);
  }

  @Test
  void aDigestIsLowerCaseHex() {
    assertThatThrownBy(() -> TrustIndex.read(bytes(text(sample(1)).replace(A, "A".repeat(64)))))
        .hasMessageContaining("revoked.certificates")
        .hasMessageContaining("bundles[1].manifest");
  }

  @Test
  void listsAreSortedAndHaveNoElementTwice() {
    String twice = text(sample(1)).replace("[\"mallory\"]", "[\"mallory\",\"mallory\"]");
    assertThatThrownBy(() -> TrustIndex.read(bytes(twice))).hasMessageContaining("canonical");
    String turned = text(sample(1)).replace("[\"mallory\"]", "[\"mallory\",\"eve\"]");
    assertThatThrownBy(() -> TrustIndex.read(bytes(turned))).hasMessageContaining("canonical");
  }

  @Test
  void tooLarge() {
    assertThatThrownBy(() -> TrustIndex.read(new byte[TrustIndex.MAX_BYTES + 1]))
        .isInstanceOfSatisfying(
            IndexException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
  }

  /** Whatever the bytes are, the answer is an index of exactly those bytes, or a refusal. */
  @Test
  void changedBytesAreRefusedOrMeanSomethingElse() throws Exception {
    byte[] good = sample(7).canonicalJson();
    Random random = new Random(20261121);
    for (int i = 0; i < 5000; i++) {
      byte[] changed = good.clone();
      for (int n = 0; n <= random.nextInt(3); n++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(TrustIndex.read(changed).canonicalJson()).isEqualTo(changed);
      } catch (IndexException e) {
        assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
      }
    }
  }
}
