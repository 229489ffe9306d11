package dev.hostler.trust.bundle;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;

/** A small bundle folder, and a signer, for tests. */
final class SampleBundle {
  static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  static final String TOML =
      """
      name = "sample"
      version = "1.2.3"
      description = "A sample"

      [actions.greet]
      description = "Greets"
      argv = ["bin/greet", "--now"]

      [actions.greet.params]
      required = ["name"]

      [actions.greet.params.properties.name]
      type = "string"

      [actions.greet.params.properties.times]
      type = "integer"
      minimum = 1
      default = 2
      """;

  final Path folder;
  final Path bundle;
  final Path signed;

  SampleBundle(Path base) throws IOException {
    folder = base.resolve("sample");
    bundle = base.resolve("sample.hostler");
    signed = base.resolve("sample-signed.hostler");
    toml(TOML);
    file("payload/bin/greet", "#!/bin/sh\necho hello\n", "rwxr-xr-x");
    file("payload/data/words.txt", "words\n".repeat(1000), "rw-r--r--");
    file("payload/empty", "", "rw-r--r--");
  }

  SampleBundle toml(String text) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("bundle.toml"), text);
    return this;
  }

  SampleBundle file(String path, String content, String mode) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return this;
  }

  Manifest build() throws IOException, InvalidBundleException {
    return BundleBuilder.build(folder, bundle);
  }

  /** Builds, signs with a new signer in {@code signers}, and returns the signer. */
  BundleSigner sign(Path signers) throws Exception {
    build();
    BundleSigner signer = BundleSigner.create(signers, "test", KeyAlgorithm.ED25519, NOW);
    signer.sign(bundle, signed, NOW);
    return signer;
  }

  static BundleTrust trust(Path signers) throws Exception {
    return new BundleTrust(Pem.certificates(signers.resolve(BundleSigner.ROOT_CERTIFICATE)));
  }
}
