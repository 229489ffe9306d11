package dev.hostler.agent.attempt;

import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.JobSandbox;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * By whose word an attempt runs.
 *
 * @param operator name of the operator who signed the job
 * @param roles that the operator's certificate gives
 * @param path the operator's certificate first, the pinned root last; empty for an attempt that an
 *     older agent accepted
 * @param nonce what is remembered of the job so that it is not taken twice; see {@code Nonces};
 *     empty for an attempt that an older agent accepted
 * @param allowOlder did the operator sign that a bundle version below the highest seen may run?
 * @param sandbox what the operator asked of the sandbox
 * @param capture what the operator wants kept of the host before the program starts
 */
public record Authority(
    String operator,
    SortedSet<String> roles,
    List<X509Certificate> path,
    String nonce,
    boolean allowOlder,
    JobSandbox sandbox,
    JobCapture capture) {
  /** Copies the collections. */
  public Authority {
    roles = Collections.unmodifiableSortedSet(new TreeSet<>(roles));
    path = List.copyOf(path);
  }

  /** With nothing asked for besides. */
  public Authority(
      String operator,
      SortedSet<String> roles,
      List<X509Certificate> path,
      String nonce,
      boolean allowOlder) {
    this(operator, roles, path, nonce, allowOlder, JobSandbox.USUAL, JobCapture.NONE);
  }

  /** The same with this asked of the sandbox. */
  public Authority with(JobSandbox other) {
    return new Authority(operator, roles, path, nonce, allowOlder, other, capture);
  }

  /** The same with this to be kept. */
  public Authority with(JobCapture other) {
    return new Authority(operator, roles, path, nonce, allowOlder, sandbox, other);
  }
}
