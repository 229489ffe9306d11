package dev.hostler.lab.stack;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.Operator;
import dev.hostler.trust.job.OperatorKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/**
 * The keys of a stack's operator, which sign jobs and log in. Immutable.
 *
 * @param folder where they are
 */
public record Keys(Path folder) {
  private static final String NAME = "admin";

  static Keys make(Path folder) throws IOException {
    try {
      OperatorKeys.create(
          folder,
          new Operator(NAME, new TreeSet<>(List.of("admin"))),
          KeyAlgorithm.EC_P256,
          TimeSource.system().instant(),
          Duration.ofDays(7));
      return new Keys(folder);
    } catch (SigningException e) {
      throw new IOException(e);
    }
  }

  /** What hosts pin and the controller is told of. */
  public Path root() {
    return folder.resolve(OperatorKeys.ROOT_CERTIFICATE);
  }

  /** The operator's certificate. */
  public Path certificate() {
    return folder.resolve(NAME + ".crt");
  }

  /** The operator's private key. */
  public Path key() {
    return folder.resolve(NAME + ".key");
  }

  /** Reads the key that signs. */
  public SigningKeys signing() throws IOException {
    try {
      return SigningKeys.read(certificate(), key());
    } catch (SigningException e) {
      throw new IOException(e);
    }
  }
}
