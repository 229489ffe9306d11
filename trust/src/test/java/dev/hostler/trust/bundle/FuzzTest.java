package dev.hostler.trust.bundle;

import dev.hostler.common.fuzz.Fuzzing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuzzTest {
  @TempDir Path dir;

  @Test
  void manifest() throws Exception {
    byte[] manifest = new SampleBundle(dir).build().canonicalJson();
    Fuzzing.run("manifest", ManifestFuzz.class, List.of(manifest));
  }

  @Test
  void bundle() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    sample.sign(dir.resolve("signers"));
    Fuzzing.run(
        "bundle",
        BundleFuzz.class,
        List.of(Files.readAllBytes(sample.signed), Files.readAllBytes(sample.bundle)));
  }
}
