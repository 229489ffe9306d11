package dev.hostler.agent.sandbox.seccomp;

import java.util.Locale;

/** The machines that a filter can be compiled for. */
public enum Architecture {
  /** AMD and Intel, 64 bit. */
  X86_64(0xC000_003E, "SCMP_ARCH_X86_64", "amd64"),
  /** ARM, 64 bit. */
  AARCH64(0xC000_00B7, "SCMP_ARCH_AARCH64", "arm64");

  private final int auditNumber;
  private final String ociName;
  private final String dockerName;

  Architecture(int auditNumber, String ociName, String dockerName) {
    this.auditNumber = auditNumber;
    this.ociName = ociName;
    this.dockerName = dockerName;
  }

  /** AUDIT_ARCH_ of linux/audit.h: what the kernel puts into seccomp_data.arch. */
  int auditNumber() {
    return auditNumber;
  }

  /** The name in a profile's {@code architectures}. */
  String ociName() {
    return ociName;
  }

  /** The name in {@code includes.arches}. */
  String dockerName() {
    return dockerName;
  }

  /** Its system calls. */
  public SyscallTable syscalls() {
    return SyscallTable.of(this);
  }

  /** The name of its system call table among the resources. */
  String tableName() {
    return "syscalls-" + name().toLowerCase(Locale.ROOT) + ".txt";
  }

  /**
   * The machine that this program runs on.
   *
   * @throws IllegalStateException if no filter can be compiled for it
   */
  public static Architecture ofHost() {
    return ofName(System.getProperty("os.arch", ""));
  }

  static Architecture ofName(String name) {
    return switch (name) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64", "arm64" -> AARCH64;
      default ->
          throw new IllegalStateException(
              "seccomp: machine \"" + name + "\": no system call table; use x86_64 or aarch64");
    };
  }
}
