package dev.hostler.trust.job;

/**
 * What an operator asks of the sandbox, beyond what a bundle and the host say.
 *
 * @param seccomp a profile in the Docker/OCI form, canonical JSON: a call is let through only if
 *     this lets it through, too; empty: none
 * @param learn run an action in the widest sandbox that a bundle can declare, and record what it
 *     does: only hosts whose owners allow it do so
 */
public record JobSandbox(String seccomp, boolean learn) {
  /** Nothing. */
  public static final JobSandbox USUAL = new JobSandbox("", false);

  /** A profile. */
  public JobSandbox(String seccomp) {
    this(seccomp, false);
  }
}
