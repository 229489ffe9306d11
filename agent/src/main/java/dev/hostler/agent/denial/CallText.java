package dev.hostler.agent.denial;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The arguments of denied calls in words (the numbers are those of Linux's uapi headers). */
final class CallText {
  /** Before a path that cannot be written. */
  private static final String WRITE = "write:";

  private static final int AF_UNIX = 1;
  private static final int TYPE_MASK = 0xf;
  private static final long LOW = 0xFFFF_FFFFL;

  private static final Map<Long, String> FAMILIES =
      Map.ofEntries(
          Map.entry(1L, "AF_UNIX"),
          Map.entry(2L, "AF_INET"),
          Map.entry(10L, "AF_INET6"),
          Map.entry(16L, "AF_NETLINK"),
          Map.entry(17L, "AF_PACKET"),
          Map.entry(29L, "AF_CAN"),
          Map.entry(31L, "AF_BLUETOOTH"),
          Map.entry(38L, "AF_ALG"),
          Map.entry(40L, "AF_VSOCK"),
          Map.entry(44L, "AF_XDP"));
  private static final Map<Long, String> TYPES =
      Map.of(
          1L,
          "SOCK_STREAM",
          2L,
          "SOCK_DGRAM",
          3L,
          "SOCK_RAW",
          4L,
          "SOCK_RDM",
          5L,
          "SOCK_SEQPACKET");
  private static final Map<Long, String> NAMESPACES =
      Map.of(
          0x80L, "CLONE_NEWTIME",
          0x20000L, "CLONE_NEWNS",
          0x2000000L, "CLONE_NEWCGROUP",
          0x4000000L, "CLONE_NEWUTS",
          0x8000000L, "CLONE_NEWIPC",
          0x10000000L, "CLONE_NEWUSER",
          0x20000000L, "CLONE_NEWPID",
          0x40000000L, "CLONE_NEWNET");
  private static final Map<Long, String> IOCTLS =
      Map.of(0x5412L, "TIOCSTI", 0x541CL, "TIOCLINUX", 0x541DL, "TIOCCONS");
  private static final Map<Long, String> PTRACE =
      Map.of(
          0L, "PTRACE_TRACEME",
          1L, "PTRACE_PEEKTEXT",
          4L, "PTRACE_POKETEXT",
          16L, "PTRACE_ATTACH",
          0x4206L, "PTRACE_SEIZE");

  private CallText() {}

  /**
   * What a call asked for.
   *
   * @param shown a mask of the arguments that are known
   * @param pointed what an argument pointed to, escaped; "-": nothing is known
   */
  static String detail(String call, int shown, long[] arguments, String pointed) {
    List<String> words = new ArrayList<>();
    if (pointed.startsWith(WRITE)) {
      String path = pointed.substring(WRITE.length());
      words.add((path.isEmpty() ? "many more paths" : path) + " outside the declared paths");
    } else if (!pointed.equals("-")) {
      words.add(pointed);
    }
    for (int i = 0; i < arguments.length; i++) {
      if ((shown >> i & 1) == 1) {
        words.add(word(call, i, arguments[i]));
      }
    }
    return String.join(", ", words);
  }

  /** Does a library do this by itself? The launcher's own rule (denials.c, routine). */
  static boolean isRoutine(String call, long[] arguments, String pointed) {
    return (call.equals("socket") && (int) arguments[0] == AF_UNIX)
        || (pointed.startsWith(WRITE) && pointed.contains("/__pycache__"));
  }

  private static String word(String call, int index, long value) {
    return switch (call + index) {
      case "socket0", "socketpair0" -> named(FAMILIES, value & LOW, value);
      case "socket1", "socketpair1" -> named(TYPES, value & TYPE_MASK, value);
      case "unshare0", "clone0", "setns1" -> flags(value);
      case "ioctl1" -> named(IOCTLS, value & LOW, value);
      case "ptrace0" -> named(PTRACE, value, value);
      case "ptrace1", "kill0", "kill1", "socket2", "socketpair2", "syslog0" ->
          Integer.toString((int) value);
      case "mount3", "umount21" -> "flags=" + hex(value);
      default -> hex(value);
    };
  }

  /** Namespaces by name; the rest of clone's flags is of no interest unless there is none. */
  private static String flags(long value) {
    List<String> names = new ArrayList<>();
    NAMESPACES.keySet().stream()
        .sorted()
        .filter(flag -> (value & flag) != 0)
        .forEach(flag -> names.add(String.valueOf(NAMESPACES.get(flag))));
    return names.isEmpty() ? hex(value) : String.join("|", names);
  }

  private static String named(Map<Long, String> names, long key, long value) {
    return names.getOrDefault(key, hex(value));
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
