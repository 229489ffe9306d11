package dev.hostler.agent.sandbox.seccomp;

import java.util.List;
import java.util.OptionalInt;

/**
 * Denies sockets that could reach a Unix socket of the host. Those have paths, which a network
 * namespace does not hide; the launcher masks the ones that it finds, but not those that are made
 * later.
 */
public final class UnixSockets {
  private static final int AF_UNIX = 1;
  private static final int TYPE_MASK = 0xf;
  private static final int SOCK_DGRAM = 2;

  /** What af_unix makes of it is a SOCK_DGRAM. */
  private static final int SOCK_RAW = 3;

  private static final SeccompAction DENIED = SeccompAction.errno(1); // EPERM

  private UnixSockets() {}

  /**
   * The policy without them. Pairs of stream sockets stay, which cannot be connected again; one of
   * datagrams could still send to any path.
   */
  public static SeccompPolicy deny(SeccompPolicy policy) {
    SeccompPolicy result = deny(policy, "socket", equal(0, AF_UNIX));
    result = deny(result, "socketpair", masked(1, SOCK_DGRAM));
    return deny(result, "socketpair", masked(1, SOCK_RAW));
  }

  private static SeccompPolicy deny(SeccompPolicy policy, String call, ArgCheck check) {
    OptionalInt number = policy.architecture().syscalls().number(call);
    return number.isEmpty()
        ? policy
        : policy.withFirst(number.getAsInt(), new SyscallRule(List.of(check), DENIED));
  }

  private static ArgCheck equal(int index, int value) {
    return new ArgCheck(index, ArgCheck.Op.EQ, value, 0, true);
  }

  private static ArgCheck masked(int index, int value) {
    return new ArgCheck(index, ArgCheck.Op.MASKED_EQ, TYPE_MASK, value, true);
  }
}
