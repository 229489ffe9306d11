package dev.hostler.agent.bundle;

import dev.hostler.agent.sandbox.seccomp.ProfileParser;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.bundle.BundleBuilder;
import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.BundleSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;

/** A signed bundle for tests, with its signer's root. */
public final class SignedBundle {
  public static final String TOML =
      """
      name = "sample"
      version = "1.2.3"

      [actions.greet]
      argv = ["bin/greet", "--fixed"]

      [actions.greet.env]
      DECLARED = "yes"

      [actions.greet.params]
      required = ["name"]

      [actions.greet.params.properties.name]
      type = "string"

      [actions.greet.params.properties.times]
      type = "integer"
      default = 2
      """;

  /** Hostler's own without uname(2), and with keyctl(2). */
  public static final String PROFILE =
      ProfileParser.standardProfile().replace("\"uname\"", "\"keyctl\"");

  public final Path folder;
  public final Path root;
  public final byte[] bytes;
  public final String digest;

  public SignedBundle(Path base, String toml, Instant now) throws Exception {
    this(base, toml, now, null);
  }

  public SignedBundle(Path base, String toml, Instant now, SignedBundle signers) throws Exception {
    this(
        base,
        toml,
        now,
        signers,
        "#!/bin/sh\necho \"$1 $HOSTLER_PARAM_NAME $HOSTLER_PARAM_TIMES $DECLARED $HOSTLER_PARAMS\"\npwd\n");
  }

  /** Signs with the signer of another bundle, or a new one. */
  public SignedBundle(Path base, String toml, Instant now, SignedBundle signers, String program)
      throws Exception {
    folder = Files.createDirectories(base);
    Path source = Files.createDirectories(base.resolve("source"));
    Files.writeString(source.resolve("bundle.toml"), toml);
    executable(source.resolve("payload/bin/greet"), program);
    Files.writeString(source.resolve("payload/words"), "words\n".repeat(3000));
    Files.writeString(source.resolve("payload/profile.json"), PROFILE);
    Files.writeString(
        source.resolve("payload/broken.json"), "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}");
    Path unsigned = base.resolve("unsigned");
    Path signed = base.resolve("signed");
    BundleBuilder.build(source, unsigned);
    Path keys = signers == null ? base.resolve("signer") : signers.folder.resolve("signer");
    BundleSigner signer =
        signers == null
            ? BundleSigner.create(keys, "test", KeyAlgorithm.ED25519, now)
            : BundleSigner.read(
                keys.resolve(BundleSigner.SIGNER_CERTIFICATE),
                keys.resolve(BundleSigner.SIGNER_KEY));
    signer.sign(unsigned, signed, now);
    root = keys.resolve(BundleSigner.ROOT_CERTIFICATE);
    bytes = Files.readAllBytes(signed);
    try (BundleFile file = BundleFile.open(signed)) {
      digest = file.manifestDigestHex();
    }
  }

  private static void executable(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
