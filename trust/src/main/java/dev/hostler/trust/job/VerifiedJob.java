package dev.hostler.trust.job;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A job whose operator and signature were verified. Made by {@link JobTrust} only.
 *
 * @param statement what the operator signed
 * @param operator who signed
 * @param path the operator's certificate first, the pinned root last
 */
public record VerifiedJob(JobStatement statement, Operator operator, List<X509Certificate> path) {
  public VerifiedJob {
    path = List.copyOf(path);
  }
}
