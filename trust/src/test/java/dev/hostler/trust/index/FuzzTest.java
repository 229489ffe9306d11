package dev.hostler.trust.index;

import dev.hostler.common.fuzz.Fuzzing;
import java.util.List;
import org.junit.jupiter.api.Test;

class FuzzTest {
  @Test
  void index() {
    Fuzzing.run("index", IndexFuzz.class, List.of(TrustIndexTest.sample(7).canonicalJson()));
  }
}
