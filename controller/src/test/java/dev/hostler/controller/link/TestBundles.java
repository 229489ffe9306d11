package dev.hostler.controller.link;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.bundle.BundleBuilder;
import dev.hostler.trust.bundle.BundleSigner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Random;

/** Small signed bundles. */
public final class TestBundles {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private final Path folder;
  private final BundleSigner signer;

  public TestBundles(Path folder) throws Exception {
    this.folder = folder;
    this.signer = BundleSigner.create(folder.resolve("signer"), "test", KeyAlgorithm.ED25519, NOW);
  }

  /** A bundle with the action greet, and a payload of random bytes. */
  public Path signed(String name, String version, int payloadBytes) throws Exception {
    Path unsigned = unsigned(name, version, payloadBytes);
    Path target = folder.resolve(name + "-" + version + "-" + payloadBytes + ".signed");
    signer.sign(unsigned, target, NOW);
    return target;
  }

  public Path unsigned(String name, String version, int payloadBytes) throws Exception {
    Path source = folder.resolve(name + "-" + version + "-" + payloadBytes);
    Files.createDirectories(source.resolve("payload/bin"));
    Files.writeString(
        source.resolve("bundle.toml"),
        """
        name = "%s"
        version = "%s"
        description = "A sample"

        [actions.greet]
        description = "Greets"
        argv = ["bin/greet"]

        [actions.greet.params]
        required = ["name"]

        [actions.greet.params.properties.name]
        type = "string"

        [actions.greet.params.properties.times]
        type = "integer"
        minimum = 1
        default = 2

        [actions.greet.params.properties.password]
        type = "string"
        writeOnly = true
        """
            .formatted(name, version));
    Path program = source.resolve("payload/bin/greet");
    Files.writeString(program, "#!/bin/sh\necho hello\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    byte[] noise = new byte[payloadBytes];
    new Random(payloadBytes).nextBytes(noise);
    Files.write(source.resolve("payload/noise"), noise);
    Path target = folder.resolve(name + "-" + version + "-" + payloadBytes + ".bundle");
    BundleBuilder.build(source, target);
    return target;
  }
}
