package dev.hostler.agent.sandbox.seccomp;

/**
 * What the kernel does with a call.
 *
 * @param kind what
 * @param errno the error number of {@link Kind#ERRNO}, else 0
 */
public record SeccompAction(Kind kind, int errno) {
  /** Let it through. */
  public static final SeccompAction ALLOW = new SeccompAction(Kind.ALLOW, 0);

  /** End the process. */
  public static final SeccompAction KILL_PROCESS = new SeccompAction(Kind.KILL_PROCESS, 0);

  private static final int LARGEST_ERRNO = 4095;

  /** Hand it to the supervisor, which denies it and tells. */
  public static final SeccompAction NOTIFY = new SeccompAction(Kind.NOTIFY, 0);

  /** Permitted: hand it to the supervisor, which tells and lets it go on. */
  public static final SeccompAction TELL = new SeccompAction(Kind.NOTIFY, 1);

  /** The actions of linux/seccomp.h. */
  public enum Kind {
    KILL_PROCESS("SCMP_ACT_KILL_PROCESS", 0x8000_0000),
    KILL_THREAD("SCMP_ACT_KILL_THREAD", 0),
    TRAP("SCMP_ACT_TRAP", 0x0003_0000),
    ERRNO("SCMP_ACT_ERRNO", 0x0005_0000),
    NOTIFY("SCMP_ACT_NOTIFY", 0x7fc0_0000),
    LOG("SCMP_ACT_LOG", 0x7ffc_0000),
    ALLOW("SCMP_ACT_ALLOW", 0x7fff_0000);

    private final String word;
    private final int number;

    Kind(String word, int number) {
      this.word = word;
      this.number = number;
    }

    String word() {
      return word;
    }
  }

  /**
   * @throws IllegalArgumentException if the error number is out of range
   */
  public SeccompAction {
    if (errno < 0 || errno > LARGEST_ERRNO) {
      throw new IllegalArgumentException("errno " + errno + ": must be 0 to " + LARGEST_ERRNO);
    }
  }

  /** Fail the call with this error number. */
  public static SeccompAction errno(int errno) {
    return new SeccompAction(Kind.ERRNO, errno);
  }

  /** The one that permits less, in the kernel's own order (seccomp(2), SECCOMP_RET). */
  SeccompAction stricter(SeccompAction other) {
    return kind.compareTo(other.kind) <= 0 ? this : other;
  }

  /** Whether the call takes place. */
  boolean permits() {
    return kind == Kind.ALLOW || kind == Kind.LOG;
  }

  /** The filter's return value. */
  public int returnValue() {
    return kind.number | errno;
  }
}
