package dev.hostler.agent.sandbox;

import java.util.Locale;

/**
 * A resource limit of each process (setrlimit(2)).
 *
 * @param resource which
 * @param soft in the resource's own unit, or {@link #INFINITY}
 * @param hard in the resource's own unit, or {@link #INFINITY}; not below {@code soft}
 */
public record Rlimit(Resource resource, long soft, long hard) {
  /** No limit. */
  public static final long INFINITY = Long.MAX_VALUE;

  /** What can be limited: files, processes of the user, bytes, CPU seconds. */
  public enum Resource {
    NOFILE,
    NPROC,
    CORE,
    FSIZE,
    AS,
    CPU,
    STACK,
    MEMLOCK
  }

  /**
   * @throws IllegalArgumentException if the numbers are negative or not ordered
   */
  public Rlimit {
    if (soft < 0 || hard < soft) {
      throw new IllegalArgumentException(
          "sandbox: rlimit " + resource + " " + soft + ":" + hard + ": must be 0 <= soft <= hard");
    }
  }

  /** The form of the launcher's spec. */
  String spec() {
    return resource.name().toLowerCase(Locale.ROOT) + ":" + number(soft) + ":" + number(hard);
  }

  private static String number(long value) {
    return value == INFINITY ? "infinity" : Long.toString(value);
  }
}
