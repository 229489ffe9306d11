package dev.hostler.trust.job;

/**
 * What an operator asks of the sandbox, beyond what a bundle and the host say.
 *
 * @param seccomp a profile in the Docker/OCI form, canonical JSON: a call is let through only if
 *     this lets it through, too; empty: none
 */
public record JobSandbox(String seccomp) {
  /** Nothing. */
  public static final JobSandbox USUAL = new JobSandbox("");
}
