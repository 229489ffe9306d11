package dev.hostler.trust.job;

import java.util.Arrays;

/** Any bytes as a job statement: refused as documented, or the one text of what was read. */
public final class JobFuzz {
  private JobFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    JobStatement job;
    try {
      job = JobStatement.read(input);
    } catch (JobException e) {
      return; // one of its refusals
    }
    try {
      if (!Arrays.equals(job.canonicalJson(), input)) {
        throw new IllegalStateException("two texts stand for one job");
      }
    } catch (JobException e) {
      throw new IllegalStateException("read, and not to be written", e);
    }
  }
}
