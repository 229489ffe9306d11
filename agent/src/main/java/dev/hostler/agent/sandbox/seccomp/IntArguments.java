package dev.hostler.agent.sandbox.seccomp;

import java.util.Map;
import java.util.Set;

/**
 * Arguments that the kernel takes as 32-bit numbers. A program can put anything above those bits,
 * and the kernel drops it; a filter that compares 64 bits is blind to it (CVE-2019-10063). From the
 * SYSCALL_DEFINE lines of Linux; clone takes 64 bits and drops the upper ones itself.
 */
final class IntArguments {
  private static final Map<String, Set<Integer>> INT =
      Map.ofEntries(
          Map.entry("clone", Set.of(0)),
          Map.entry("fcntl", Set.of(0, 1)),
          Map.entry("ioctl", Set.of(0, 1)),
          Map.entry("kill", Set.of(0, 1)),
          Map.entry("personality", Set.of(0)),
          Map.entry("prctl", Set.of(0)),
          Map.entry("seccomp", Set.of(0, 1)),
          Map.entry("setns", Set.of(0, 1)),
          Map.entry("socket", Set.of(0, 1, 2)),
          Map.entry("socketpair", Set.of(0, 1, 2)),
          Map.entry("setsockopt", Set.of(0, 1, 2, 4)),
          Map.entry("getsockopt", Set.of(0, 1, 2)),
          Map.entry("memfd_create", Set.of(1)),
          Map.entry("open", Set.of(1, 2)),
          Map.entry("openat", Set.of(0, 2, 3)),
          Map.entry("mknod", Set.of(1, 2)),
          Map.entry("mknodat", Set.of(0, 2, 3)),
          Map.entry("chmod", Set.of(1)),
          Map.entry("fchmod", Set.of(0, 1)),
          Map.entry("fchmodat", Set.of(0, 2)),
          Map.entry("bpf", Set.of(0, 2)),
          Map.entry("keyctl", Set.of(0)),
          Map.entry("quotactl", Set.of(0, 2)),
          Map.entry("syslog", Set.of(0, 2)),
          Map.entry("clock_settime", Set.of(0)),
          Map.entry("clock_adjtime", Set.of(0)),
          Map.entry("sched_setscheduler", Set.of(0, 1)));

  private IntArguments() {}

  static boolean contains(String syscall, int index) {
    return INT.getOrDefault(syscall, Set.of()).contains(index);
  }
}
