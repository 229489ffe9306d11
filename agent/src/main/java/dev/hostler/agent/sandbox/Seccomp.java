package dev.hostler.agent.sandbox;

/** Which system calls a program may make. */
public sealed interface Seccomp {
  /** Hostler's own allow-list; without a network, it also denies what could reach Unix sockets. */
  record Standard() implements Seccomp {}

  /**
   * A profile of the bundle's own.
   *
   * @param json in the Docker/OCI form
   */
  record Profile(String json) implements Seccomp {}

  /**
   * What both permit; of two denials the harder one.
   *
   * @param one a profile
   * @param other a profile
   */
  record Both(Seccomp one, Seccomp other) implements Seccomp {}

  /** What this and a host's own rule permit. A host that is {@link Unconfined} has no rule. */
  default Seccomp within(Seccomp host) {
    return host instanceof Unconfined || equals(host) ? this : new Both(this, host);
  }

  /** No filter at all. */
  record Unconfined() implements Seccomp {}
}
