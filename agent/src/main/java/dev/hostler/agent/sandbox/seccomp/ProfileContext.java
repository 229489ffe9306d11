package dev.hostler.agent.sandbox.seccomp;

import java.util.Set;

/**
 * What a profile's {@code includes} and {@code excludes} are decided by.
 *
 * @param architecture the machine
 * @param capabilities names with prefix, for example {@code CAP_SYS_TIME}
 * @param kernelMajor first number of the kernel's version
 * @param kernelMinor second number of the kernel's version
 */
public record ProfileContext(
    Architecture architecture, Set<String> capabilities, int kernelMajor, int kernelMinor) {
  /** Copies the set. */
  public ProfileContext {
    capabilities = Set.copyOf(capabilities);
  }
}
