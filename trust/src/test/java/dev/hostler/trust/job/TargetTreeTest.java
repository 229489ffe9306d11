package dev.hostler.trust.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Merkle trees over hosts, against the definition in RFC 9162 section 2.1.1 written out. */
class TargetTreeTest {

  /** MTH of RFC 9162, by its recursive definition. */
  private static byte[] definition(List<String> leaves) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    if (leaves.size() == 1) {
      digest.update((byte) 0);
      return digest.digest(leaves.getFirst().getBytes(StandardCharsets.UTF_8));
    }
    int k = Integer.highestOneBit(leaves.size() - 1);
    digest.update((byte) 1);
    digest.update(definition(leaves.subList(0, k)));
    return digest.digest(definition(leaves.subList(k, leaves.size())));
  }

  private static List<String> hosts(int count) {
    return new ArrayList<>(
        IntStream.range(0, count).mapToObj(i -> "host-%06d".formatted(i)).toList());
  }

  @Test
  void hasTheRootOfTheDefinitionAndProvesEachHost() throws Exception {
    for (int size = 1; size <= 130; size++) {
      List<String> hosts = hosts(size);
      TargetTree tree = TargetTree.of(hosts);
      assertThat(tree.targets())
          .isEqualTo(new Targets(size, HexFormat.of().formatHex(definition(hosts))));
      for (String host : hosts) {
        assertThat(tree.proof(host).proves(host, tree.targets()))
            .as("%s of %s", host, size)
            .isTrue();
      }
    }
  }

  @Test
  void doesNotDependOnTheOrderGiven() {
    List<String> hosts = hosts(100);
    Targets targets = TargetTree.of(hosts).targets();
    Collections.shuffle(hosts, new Random(7));
    assertThat(TargetTree.of(hosts).targets()).isEqualTo(targets);
  }

  @Test
  void sortsByBytesNotByChars() throws Exception {
    // U+FB00 is before U+1F600 in UTF-8 but after its surrogates in UTF-16.
    assertThat(TargetTree.of(List.of("\uD83D\uDE00", "\uFB00")).targets().root())
        .isEqualTo(HexFormat.of().formatHex(definition(List.of("\uFB00", "\uD83D\uDE00"))));
  }

  @Test
  void provesNothingForAnotherHostPlaceSizeRootOrPath() {
    for (int size : List.of(1, 2, 3, 7, 8, 9, 50)) {
      List<String> hosts = hosts(size);
      TargetTree tree = TargetTree.of(hosts);
      Targets targets = tree.targets();
      Targets others = TargetTree.of(hosts(size + 1)).targets();
      for (String host : hosts) {
        TargetProof proof = tree.proof(host);
        assertThat(proof.proves("host-999999", targets)).isFalse();
        assertThat(proof.proves(host, others)).isFalse();
        assertThat(proof.proves(host, new Targets(size, others.root()))).isFalse();
        for (long index : new long[] {-1, proof.index() + 1, proof.index() ^ 1, size, 1L << 40}) {
          if (index != proof.index()) {
            assertThat(new TargetProof(index, size, proof.path()).proves(host, targets)).isFalse();
          }
        }
        assertThat(new TargetProof(proof.index(), size + 1, proof.path()).proves(host, targets))
            .isFalse();
        List<byte[]> longer = new ArrayList<>(proof.path());
        longer.add(new byte[32]);
        assertThat(new TargetProof(proof.index(), size, longer).proves(host, targets)).isFalse();
        for (int i = 0; i < proof.path().size(); i++) {
          List<byte[]> shorter = new ArrayList<>(proof.path());
          shorter.remove(i);
          assertThat(new TargetProof(proof.index(), size, shorter).proves(host, targets)).isFalse();
          List<byte[]> flipped = new ArrayList<>(proof.path());
          byte[] hash = flipped.get(i).clone();
          hash[3] ^= 1;
          flipped.set(i, hash);
          assertThat(new TargetProof(proof.index(), size, flipped).proves(host, targets)).isFalse();
        }
      }
    }
  }

  /** An inner node must not pass for a leaf, nor a shorter tree for a longer one. */
  @Test
  void takesNoInnerNodeForAHost() {
    TargetTree tree = TargetTree.of(hosts(4));
    TargetProof proof = tree.proof("host-000000");
    String inner =
        new String(proof.path().getFirst(), StandardCharsets.ISO_8859_1)
            + new String(proof.path().getLast(), StandardCharsets.ISO_8859_1);
    assertThat(new TargetProof(0, 4, List.of(proof.path().getLast())).proves(inner, tree.targets()))
        .isFalse();
    assertThat(new TargetProof(0, 4, List.of()).proves(inner, tree.targets())).isFalse();
    assertThat(
            new TargetProof(0, 4, List.of(new byte[0], new byte[64])).proves("x", tree.targets()))
        .isFalse();
  }

  @Test
  void servesFiftyThousandHosts() {
    List<String> hosts = hosts(50_000);
    TargetTree tree = TargetTree.of(hosts);
    Targets targets = tree.targets();
    for (int i = 0; i < hosts.size(); i += 997) {
      TargetProof proof = tree.proof(hosts.get(i));
      assertThat(proof.path().size()).isLessThanOrEqualTo(16);
      assertThat(proof.proves(hosts.get(i), targets)).isTrue();
      assertThat(proof.proves(hosts.get((i + 1) % 50_000), targets)).isFalse();
    }
  }

  @Test
  void refusesNoneAndTwice() {
    assertThatThrownBy(() -> TargetTree.of(List.of())).hasMessageContaining("at least one target");
    assertThatThrownBy(() -> TargetTree.of(List.of("a", "b", "a"))).hasMessageContaining("host a");
    assertThatThrownBy(() -> TargetTree.of(List.of("a")).proof("b")).hasMessageContaining("host b");
  }
}
