package dev.hostler.agent.trust;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;

/** A signer of the index with its root, for tests. */
record Signer(Path folder, SigningKeys keys) {

  static Signer create(Path folder, Instant now) throws Exception {
    return new Signer(
        folder,
        SigningKeys.create(
            folder, "test", "index", KeyPurpose.INDEX_SIGNER, KeyAlgorithm.EC_P256, now));
  }

  void pinAt(Path file) throws Exception {
    Files.copy(
        folder.resolve(SigningKeys.ROOT_CERTIFICATE), file, StandardCopyOption.REPLACE_EXISTING);
  }

  SignedIndex sign(TrustIndex index, Instant now) throws Exception {
    return SignedIndex.sign(index, keys, now);
  }
}
