package dev.hostler.trust.bundle;

import java.util.Locale;
import java.util.Set;

/**
 * An operating system and an architecture.
 *
 * @param os "linux"
 * @param arch "amd64", "arm64" or another Go-style name; in a manifest also "any"
 */
public record Platform(String os, String arch) {
  static final Set<String> ARCHITECTURES =
      Set.of("any", "amd64", "arm64", "arm", "ppc64le", "riscv64", "s390x");

  /**
   * The platform of this machine, from the Java runtime.
   *
   * @return for example linux/amd64
   */
  public static Platform current() {
    return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  /** From the names that Java or {@code uname -m} use. */
  static Platform of(String os, String arch) {
    String known =
        switch (arch.toLowerCase(Locale.ROOT)) {
          case "x86_64", "amd64" -> "amd64";
          case "aarch64", "arm64" -> "arm64";
          case String other -> other;
        };
    return new Platform(os.toLowerCase(Locale.ROOT), known);
  }

  boolean covers(Platform host) {
    return os.equals(host.os) && (arch.equals("any") || arch.equals(host.arch));
  }

  /** "os/arch". */
  @Override
  public String toString() {
    return os + "/" + arch;
  }
}
