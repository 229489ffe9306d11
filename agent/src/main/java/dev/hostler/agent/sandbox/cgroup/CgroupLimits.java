package dev.hostler.agent.sandbox.cgroup;

/**
 * What all processes of an attempt may use together. The kernel enforces each of them.
 *
 * @param memoryBytes memory with the page cache and tmpfs; above 0
 * @param swapBytes swap on top of it; 0 for none
 * @param cpuMillis thousandths of a CPU, 1000 being one whole CPU; 0 for no limit
 * @param pids processes and threads; above 0
 * @param cpuWeight share of the CPU where others want it, too; 1 to 10,000, 100 being the usual one
 * @param io of each disk
 */
public record CgroupLimits(
    long memoryBytes, long swapBytes, long cpuMillis, long pids, long cpuWeight, DiskLimits io) {
  /** What a group has if nobody says otherwise. */
  public static final long USUAL_WEIGHT = 100;

  /** The kernel's smallest quota is 1 ms of a period of 100 ms: a hundredth of a CPU. */
  private static final long LEAST_CPU_MILLIS = 10;

  /**
   * Bytes each second from or to each disk.
   *
   * @param readBytes read; 0 for no limit
   * @param writeBytes written; 0 for no limit
   */
  public record DiskLimits(long readBytes, long writeBytes) {
    /** No limit. */
    public static final DiskLimits NONE = new DiskLimits(0, 0);

    /**
     * @throws IllegalArgumentException if a number is negative
     */
    public DiskLimits {
      check("io readBytes", readBytes, readBytes >= 0, "must not be negative");
      check("io writeBytes", writeBytes, writeBytes >= 0, "must not be negative");
    }

    boolean isNone() {
      return readBytes == 0 && writeBytes == 0;
    }
  }

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public CgroupLimits {
    check("memoryBytes", memoryBytes, memoryBytes > 0, "must be above 0");
    check("swapBytes", swapBytes, swapBytes >= 0, "must not be negative");
    check(
        "cpuMillis",
        cpuMillis,
        cpuMillis == 0 || cpuMillis >= LEAST_CPU_MILLIS,
        "must be 0 (no limit) or at least 10");
    check("pids", pids, pids > 0 && pids <= 4_194_304, "must be 1 to 4194304");
    check("cpuWeight", cpuWeight, cpuWeight > 0 && cpuWeight <= 10_000, "must be 1 to 10000");
  }

  /** With the usual share of the CPU, and without limits of disks. */
  public CgroupLimits(long memoryBytes, long swapBytes, long cpuMillis, long pids) {
    this(memoryBytes, swapBytes, cpuMillis, pids, USUAL_WEIGHT, DiskLimits.NONE);
  }

  private static void check(String field, long value, boolean fine, String fix) {
    if (!fine) {
      throw new IllegalArgumentException("sandbox: limit " + field + " " + value + ": " + fix);
    }
  }
}
