package dev.hostler.agent.sandbox;

import java.util.List;

/**
 * Whom a program runs as, by number: no entry in {@code /etc/passwd} is needed.
 *
 * @param uid user, 0 to 4294967294
 * @param gid group, 0 to 4294967294
 * @param groups supplementary groups
 */
public record SandboxUser(long uid, long gid, List<Long> groups) {
  private static final long LARGEST = 0xFFFF_FFFEL;

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public SandboxUser {
    groups = List.copyOf(groups);
    check("uid", uid);
    check("gid", gid);
    groups.forEach(group -> check("group", group));
  }

  /** A user without supplementary groups. */
  public static SandboxUser of(long uid, long gid) {
    return new SandboxUser(uid, gid, List.of());
  }

  private static void check(String field, long number) {
    if (number < 0 || number > LARGEST) {
      throw new IllegalArgumentException(
          "sandbox: " + field + " " + number + ": must be 0 to " + LARGEST);
    }
  }
}
