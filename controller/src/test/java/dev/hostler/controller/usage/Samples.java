package dev.hostler.controller.usage;

/** Samples for tests. */
final class Samples {
  private Samples() {}

  /** Ten seconds of a host. */
  static Sample host(double cpuSeconds, long memory, long disk) {
    return new Sample(
        10,
        cpuSeconds,
        memory,
        memory + 5,
        1000L,
        null,
        50L,
        60L,
        7L,
        100L,
        200L,
        null,
        null,
        1.0,
        2.0,
        0.5,
        1000L,
        disk);
  }

  /** Ten seconds of an attempt. */
  static Sample attempt(double cpuSeconds, long memory) {
    return new Sample(
        10,
        cpuSeconds,
        memory,
        memory,
        1000L,
        2L,
        3L,
        4L,
        1L,
        null,
        null,
        100L,
        40L,
        null,
        null,
        null,
        null,
        null);
  }
}
