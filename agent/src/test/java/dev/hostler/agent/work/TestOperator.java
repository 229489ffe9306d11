package dev.hostler.agent.work;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.Operator;
import dev.hostler.trust.job.OperatorKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;

/** An operator root and operators below it. */
public final class TestOperator {
  public static final CertificateAuthority ROOT = root("test operator root");
  public static final SigningKeys ANN = below(ROOT, "ann", "admin");

  private TestOperator() {}

  public static CertificateAuthority root(String name) {
    Instant now = Instant.now();
    return CertificateAuthority.create(
        name, KeyAlgorithm.ED25519, now.minus(Duration.ofDays(2)), now.plus(Duration.ofDays(30)));
  }

  public static SigningKeys below(CertificateAuthority root, String name, String... roles) {
    try {
      return OperatorKeys.below(
          root,
          new Operator(name, new TreeSet<>(List.of(roles))),
          KeyAlgorithm.ED25519,
          Instant.now(),
          Duration.ofDays(1));
    } catch (SigningException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Pins the root in an agent's state directory. */
  public static Path pin(Path state) {
    try {
      Path file = state.resolve("trust/operator-roots.pem");
      Files.createDirectories(file.getParent());
      return Files.writeString(file, Pem.encode(List.of(ROOT.certificate())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the host "host-1", with the root pinned in its state directory. */
  public static Admission admission(Path state, JobPolicy policy, TimeSource time)
      throws IOException {
    return new Admission(
        JobDraft.HOST,
        new OperatorRoots(pin(state), RevocationPolicy::none),
        policy,
        Freshness.UNKNOWN,
        Nonces.open(state.resolve("trust/state/nonces"), time),
        time);
  }
}
