package dev.hostler.cli;

import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.Targets;
import java.time.Instant;
import java.util.TreeMap;

/** Statements of jobs, as a controller gives them back. */
final class SampleStatements {
  private SampleStatements() {}

  static byte[] of(JobWork work) throws JobException {
    Instant now = Instant.parse("2026-11-21T00:00:00Z");
    return new JobStatement(
            work,
            new TreeMap<>(),
            null,
            0,
            now,
            now.plusSeconds(60),
            JobStatement.newNonce(),
            false,
            new Targets(1, "ab".repeat(32)))
        .canonicalJson();
  }
}
