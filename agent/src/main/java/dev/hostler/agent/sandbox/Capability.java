package dev.hostler.agent.sandbox;

import java.util.Locale;

/** Linux capabilities, in the order of their numbers (linux/capability.h, capabilities(7)). */
public enum Capability {
  CHOWN(0),
  DAC_OVERRIDE(1),
  DAC_READ_SEARCH(2),
  FOWNER(3),
  FSETID(4),
  KILL(5),
  SETGID(6),
  SETUID(7),
  SETPCAP(8),
  LINUX_IMMUTABLE(9),
  NET_BIND_SERVICE(10),
  NET_BROADCAST(11),
  NET_ADMIN(12),
  NET_RAW(13),
  IPC_LOCK(14),
  IPC_OWNER(15),
  SYS_MODULE(16),
  SYS_RAWIO(17),
  SYS_CHROOT(18),
  SYS_PTRACE(19),
  SYS_PACCT(20),
  SYS_ADMIN(21),
  SYS_BOOT(22),
  SYS_NICE(23),
  SYS_RESOURCE(24),
  SYS_TIME(25),
  SYS_TTY_CONFIG(26),
  MKNOD(27),
  LEASE(28),
  AUDIT_WRITE(29),
  AUDIT_CONTROL(30),
  SETFCAP(31),
  MAC_OVERRIDE(32),
  MAC_ADMIN(33),
  SYSLOG(34),
  WAKE_ALARM(35),
  BLOCK_SUSPEND(36),
  AUDIT_READ(37),
  PERFMON(38),
  BPF(39),
  CHECKPOINT_RESTORE(40);

  private final int number;

  Capability(int number) {
    this.number = number;
  }

  /** The kernel's number of it. */
  public int number() {
    return number;
  }

  /** The name with its prefix, for example {@code CAP_CHOWN}. */
  public String kernelName() {
    return "CAP_" + name();
  }

  /**
   * The capability of this name, with or without {@code CAP_}, in any case.
   *
   * @throws SandboxUnsupportedException if there is none
   */
  public static Capability ofName(String name) throws SandboxUnsupportedException {
    String upper = name.toUpperCase(Locale.ROOT);
    String bare = upper.startsWith("CAP_") ? upper.substring(4) : upper;
    for (Capability capability : values()) {
      if (capability.name().equals(bare)) {
        return capability;
      }
    }
    throw new SandboxUnsupportedException(
        "capability", name, "use a name of capabilities(7), such as CAP_NET_BIND_SERVICE");
  }
}
