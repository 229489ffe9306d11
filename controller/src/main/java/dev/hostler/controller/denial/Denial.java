package dev.hostler.controller.denial;

import java.time.Instant;

/**
 * One kind of denied system call of an attempt, as its host tells it.
 *
 * @param slot its place in the attempt's table, 0 to {@value #LAST_SLOT}
 * @param call name of the system call
 * @param detail what was wanted; may be empty
 * @param count how often; only grows
 * @param firstAt when it came first, by the host's clock
 * @param lastAt when it came last, by the host's clock
 * @param thread who asked last, as the host numbers threads
 * @param routine libraries do this by themselves: no violation
 */
public record Denial(
    int slot,
    String call,
    String detail,
    long count,
    Instant firstAt,
    Instant lastAt,
    int thread,
    boolean routine) {
  /** The highest slot. */
  public static final int LAST_SLOT = 191;
}
