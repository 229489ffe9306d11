package dev.hostler.common.signing;

import static dev.hostler.common.signing.TestPki.NOW;

import dev.hostler.common.fuzz.Fuzzing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FuzzTest {
  @Test
  void cms() throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      TestPki pki = TestPki.of(algorithm);
      seeds.add(
          DetachedCms.sign(
              CmsFuzz.CONTENT, pki.signerKey().getPrivate(), List.of(pki.signer()), NOW));
    }
    Fuzzing.run("cms", CmsFuzz.class, seeds);
  }

  @Test
  void certificate() throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      TestPki pki =
          TestPki.of(
              algorithm,
              TestPki.profile().uri("hostler://host/h").dns("*.example.com").ip("10.0.0.1"));
      seeds.add(pki.signer().getEncoded());
      seeds.add(pki.root().certificate().getEncoded());
    }
    Fuzzing.run("certificate", CertificateFuzz.class, seeds);
  }
}
