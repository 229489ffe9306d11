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

  /** No filter at all. */
  record Unconfined() implements Seccomp {}
}
