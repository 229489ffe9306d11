package dev.hostler.agent.denial;

import java.time.Instant;

/**
 * One kind of denied system call of an attempt, with how often it came. The numbers only grow.
 *
 * @param slot its place in the attempt's table, from 0
 * @param call name of the system call, such as {@code ptrace}; {@code other} for all that found no
 *     place
 * @param detail what was wanted, as far as it is safe to read: numbers by name, paths, addresses;
 *     may be empty
 * @param count how often
 * @param firstAt when it came first, by the host's clock
 * @param lastAt when it came last, by the host's clock
 * @param thread who asked last, as the host numbers threads
 * @param routine libraries do this by themselves and go on without: no sign of ill will
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

  /** For people, for example {@code mount(/mnt, flags=0x2)}. */
  public String text() {
    return call + "(" + detail + ")";
  }
}
