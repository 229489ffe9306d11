package dev.hostler.trust.job;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * The Merkle tree (RFC 9162 section 2.1) over the ids of a job's hosts, sorted by their UTF-8
 * bytes. One signature over its root binds all of them, and each can be shown to be among them.
 * Immutable; takes about 64 bytes and the id for each host.
 */
public final class TargetTree {
  private static final Comparator<String> ORDER =
      Comparator.comparing(
          id -> id.getBytes(StandardCharsets.UTF_8), (a, b) -> Arrays.compareUnsigned(a, b));

  private final List<String> hostIds;

  /** Level 0 has the leaves, the last one the root. */
  private final List<byte[][]> levels;

  private TargetTree(List<String> hostIds, List<byte[][]> levels) {
    this.hostIds = hostIds;
    this.levels = levels;
  }

  /**
   * Builds it.
   *
   * @param hostIds in any order
   * @throws IllegalArgumentException if there is none, or one is named twice
   */
  public static TargetTree of(Collection<String> hostIds) {
    List<String> sorted = new ArrayList<>(hostIds);
    sorted.sort(ORDER);
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("a job has at least one target");
    }
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).equals(sorted.get(i - 1))) {
        throw new IllegalArgumentException("host " + sorted.get(i) + " is named twice");
      }
    }
    MerkleHash hash = new MerkleHash();
    List<byte[][]> levels = new ArrayList<>();
    byte[][] level = sorted.stream().map(hash::leaf).toArray(byte[][]::new);
    levels.add(level);
    while (level.length > 1) {
      level = above(level, hash);
      levels.add(level);
    }
    return new TargetTree(Collections.unmodifiableList(sorted), levels);
  }

  /** Pairs are hashed; a last one without a partner moves up as it is. */
  private static byte[][] above(byte[][] level, MerkleHash hash) {
    byte[][] next = new byte[(level.length + 1) / 2][];
    for (int i = 0; i < next.length; i++) {
      next[i] = 2 * i + 1 < level.length ? hash.node(level[2 * i], level[2 * i + 1]) : level[2 * i];
    }
    return next;
  }

  /** What a statement says of these hosts. */
  public Targets targets() {
    return new Targets(hostIds.size(), HexFormat.of().formatHex(levels.getLast()[0]));
  }

  /**
   * Shows that a host is among the targets.
   *
   * @throws IllegalArgumentException if it is not
   */
  public TargetProof proof(String hostId) {
    int index = Collections.binarySearch(hostIds, hostId, ORDER);
    if (index < 0) {
      throw new IllegalArgumentException("host " + hostId + " is not among the targets");
    }
    List<byte[]> path = new ArrayList<>();
    int at = index;
    for (byte[][] level : levels) {
      int sibling = at ^ 1;
      if (sibling < level.length) {
        path.add(level[sibling]);
      }
      at >>= 1;
    }
    return new TargetProof(index, hostIds.size(), path);
  }
}
