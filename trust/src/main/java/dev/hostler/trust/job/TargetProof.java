package dev.hostler.trust.job;

import java.util.HexFormat;
import java.util.List;

/**
 * That one host is among the targets of a job (RFC 9162 section 2.1.3). Nothing in it is secret or
 * signed: it proves or it does not.
 *
 * @param index place of the host among the sorted targets, from 0
 * @param size how many targets there are
 * @param path hashes from the leaf's sibling up to below the root, 32 bytes each
 */
public record TargetProof(long index, long size, List<byte[]> path) {
  /** A tree of a million leaves has twenty levels; no honest path is longer than this. */
  private static final int MAX_PATH = 32;

  public TargetProof {
    path = List.copyOf(path);
  }

  /** Does it lead from this host to these targets? (RFC 9162 section 2.1.3.2.) */
  public boolean proves(String hostId, Targets targets) {
    if (size != targets.count() || index < 0 || index >= size || path.size() > MAX_PATH) {
      return false;
    }
    MerkleHash hash = new MerkleHash();
    long fn = index;
    long sn = size - 1;
    byte[] r = hash.leaf(hostId);
    for (byte[] p : path) {
      if (sn == 0 || p.length != MerkleHash.BYTES) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        r = hash.node(p, r);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      } else {
        r = hash.node(r, p);
      }
      fn >>= 1;
      sn >>= 1;
    }
    return sn == 0 && HexFormat.of().formatHex(r).equals(targets.root());
  }
}
