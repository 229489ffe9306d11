package dev.hostler.controller.roots;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What can be said of a bundle.
 *
 * @param checks in the order in which they were made
 * @param name of the bundle; empty if the manifest is not readable, as the next two
 * @param version its version
 * @param digest SHA-256 of its manifest, in hex
 * @param chain the certificates in the signature, the signer's first
 */
public record BundleReport(
    List<Check> checks, String name, String version, String digest, List<X509Certificate> chain) {
  /** How a check ended; the numbers are those of bundle.proto. */
  public enum Result {
    /** As it should be. */
    OK(1),
    /** A host refuses it. */
    FAILED(2),
    /** It cannot be said here. */
    UNKNOWN(3);

    private final int code;

    Result(int code) {
      this.code = code;
    }

    /** Number on the wire. */
    public int code() {
      return code;
    }
  }

  /**
   * One thing that was checked.
   *
   * @param name of the check
   * @param result how it ended
   * @param message in words
   */
  public record Check(String name, Result result, String message) {}

  public BundleReport {
    checks = List.copyOf(checks);
    chain = List.copyOf(chain);
  }

  /** No check failed. */
  public boolean isAcceptable() {
    return checks.stream().noneMatch(check -> check.result() == Result.FAILED);
  }
}
