package dev.hostler.trust.job;

import dev.hostler.common.fuzz.Fuzzing;
import java.util.List;
import org.junit.jupiter.api.Test;

class FuzzTest {
  @Test
  void job() throws Exception {
    Fuzzing.run(
        "job",
        JobFuzz.class,
        List.of(SampleJob.action().canonicalJson(), SampleJob.command().canonicalJson()));
  }
}
