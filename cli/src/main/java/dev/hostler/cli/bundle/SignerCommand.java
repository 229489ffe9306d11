package dev.hostler.cli.bundle;

import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Json;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler signer}. */
@Command(
    name = "signer",
    description = "Makes keys that sign bundles or the index.",
    footer = {"", "Examples:", "  hostler signer create keys --name \"Example operations\""})
public final class SignerCommand {

  /** Kinds of keys by the names that the command line has for them. */
  public enum Algorithm {
    /** Edwards curve 25519. */
    ed25519(KeyAlgorithm.ED25519),
    /** NIST P-256. */
    p256(KeyAlgorithm.EC_P256),
    /** NIST P-384. */
    p384(KeyAlgorithm.EC_P384),
    /** RSA of 3072 bits. */
    rsa(KeyAlgorithm.RSA);

    private final KeyAlgorithm key;

    Algorithm(KeyAlgorithm key) {
      this.key = key;
    }

    /** The kind itself. */
    public KeyAlgorithm key() {
      return key;
    }
  }

  /** What is signed, by the names that the command line has for it. */
  public enum Purpose {
    /** Bundles. */
    bundle(KeyPurpose.BUNDLE_SIGNER),
    /** The index. */
    index(KeyPurpose.INDEX_SIGNER);

    private final KeyPurpose key;

    Purpose(KeyPurpose key) {
      this.key = key;
    }
  }

  /** {@code hostler signer create}. */
  @Command(
      name = "create",
      description = {
        "Makes a root and a signer below it, of bundles or of the index.",
        "In the folder: root.crt, which hosts pin, root.key, which is best kept off line,",
        "signer.crt and signer.key."
      },
      footer = {
        "",
        "Examples:",
        "  hostler signer create keys",
        "  hostler signer create keys --name \"Example operations\" --algorithm p256",
        "  hostler signer create index-keys --purpose index"
      })
  public static final class Create implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();

    @Parameters(
        index = "0",
        paramLabel = "FOLDER",
        description = "Where to put them; made if it does not exist. Nothing is overwritten.")
    private Path folder = Path.of("");

    @Option(
        names = "--name",
        paramLabel = "NAME",
        defaultValue = "Hostler",
        description = "Who signs, for the certificates' names. Default: Hostler.")
    private String name = "Hostler";

    @Option(
        names = "--algorithm",
        paramLabel = "KIND",
        defaultValue = "ed25519",
        description = "Kind of the keys: ${COMPLETION-CANDIDATES}. Default: ed25519.")
    private Algorithm algorithm = Algorithm.ed25519;

    @Option(
        names = "--purpose",
        paramLabel = "WHAT",
        defaultValue = "bundle",
        description = "What it signs: ${COMPLETION-CANDIDATES}. Default: bundle.")
    private Purpose purpose = Purpose.bundle;

    /** Made by the composition root. */
    public Create(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      try {
        SigningKeys signer =
            SigningKeys.create(
                folder, name, purpose.name(), purpose.key, algorithm.key, session.time().instant());
        result.one(
            session.console(),
            Json.object()
                .put("folder", folder)
                .put("root_cert", folder.resolve(SigningKeys.ROOT_CERTIFICATE))
                .put("root_key", folder.resolve(SigningKeys.ROOT_KEY))
                .put("signer_cert", folder.resolve(SigningKeys.SIGNER_CERTIFICATE))
                .put("signer_key", folder.resolve(SigningKeys.SIGNER_KEY))
                .put("signer", signer.chain().getFirst().getSubjectX500Principal().getName()),
            () ->
                "Made "
                    + folder
                    + ". Pin "
                    + folder.resolve(SigningKeys.ROOT_CERTIFICATE)
                    + " on the hosts, and sign with --signer "
                    + folder
                    + ".");
      } catch (IOException e) {
        throw Failures.of(e);
      }
      return 0;
    }
  }
}
