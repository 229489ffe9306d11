package dev.hostler.trust.bundle;

import dev.hostler.trust.json.Problems;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/** Which Linux capabilities (capabilities(7)) an action may keep. */
public final class Capabilities {
  static final Set<String> ALLOWED =
      new TreeSet<>(
          Set.of(
              "CAP_AUDIT_WRITE",
              "CAP_CHOWN",
              "CAP_DAC_OVERRIDE",
              "CAP_FOWNER",
              "CAP_FSETID",
              "CAP_IPC_LOCK",
              "CAP_KILL",
              "CAP_LEASE",
              "CAP_LINUX_IMMUTABLE",
              "CAP_NET_ADMIN",
              "CAP_NET_BIND_SERVICE",
              "CAP_NET_BROADCAST",
              "CAP_NET_RAW",
              "CAP_SETGID",
              "CAP_SETUID",
              "CAP_SYS_CHROOT",
              "CAP_SYS_NICE",
              "CAP_SYS_TIME",
              "CAP_SYS_TTY_CONFIG",
              "CAP_SYSLOG",
              "CAP_WAKE_ALARM"));

  /**
   * Each of them undoes the sandbox: mounts, modules, raw memory, other processes, file handles.
   */
  private static final Set<String> NEVER =
      Set.of(
          "CAP_AUDIT_CONTROL",
          "CAP_AUDIT_READ",
          "CAP_BLOCK_SUSPEND",
          "CAP_BPF",
          "CAP_CHECKPOINT_RESTORE",
          "CAP_DAC_READ_SEARCH",
          "CAP_IPC_OWNER",
          "CAP_MAC_ADMIN",
          "CAP_MAC_OVERRIDE",
          "CAP_MKNOD",
          "CAP_PERFMON",
          "CAP_SETFCAP",
          "CAP_SETPCAP",
          "CAP_SYS_ADMIN",
          "CAP_SYS_BOOT",
          "CAP_SYS_MODULE",
          "CAP_SYS_PACCT",
          "CAP_SYS_PTRACE",
          "CAP_SYS_RAWIO",
          "CAP_SYS_RESOURCE");

  private Capabilities() {}

  /** Those that a bundle can declare. */
  public static Set<String> declarable() {
    return Collections.unmodifiableSet(ALLOWED);
  }

  static void check(Iterable<String> names, String field, Problems problems) {
    for (String name : names) {
      if (NEVER.contains(name)) {
        problems.add(
            field,
            Problems.show(name) + " would undo the sandbox and cannot be declared",
            "do that step without it, or outside of a bundle");
      } else if (!ALLOWED.contains(name)) {
        problems.add(
            field, Problems.show(name) + " is not a known capability", "use one of " + ALLOWED);
      }
    }
  }
}
