package dev.hostler.controller.trust;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The first operator, "admin", made for whoever owns the controller's machine. */
public final class FirstOperator {
  /** Its name. */
  public static final String NAME = "admin";

  /** What it may do: everything. */
  static final String ROLE = "admin";

  private FirstOperator() {}

  /**
   * Writes admin.crt, admin.key and ca.crt; writes the certificate again when another CA issued it,
   * it lacks the role, or less than a third of its life is left. To be called from time to time:
   * the owner of the machine, who has the CA's key anyway, always finds a certificate here that
   * works.
   *
   * @return whether a certificate was issued
   * @throws TrustException if the files cannot be read or written
   */
  public static synchronized boolean ensure(
      Path directory, FleetCa ca, Duration lifetime, InstantSource clock) throws TrustException {
    Path certificateFile = directory.resolve(NAME + ".crt");
    Path keyFile = directory.resolve(NAME + ".key");
    try {
      PrivateFiles.directory(directory);
      writeRoots(directory.resolve("ca.crt"), Pem.encode(ca.roots()));
      Optional<X509Certificate> old =
          Files.exists(certificateFile)
              ? Optional.of(Pem.certificates(certificateFile).getFirst())
              : Optional.empty();
      if (old.isPresent() && Files.exists(keyFile) && isGood(old.get(), ca, clock)) {
        return false;
      }
      PublicKey key;
      if (old.isPresent() && Files.exists(keyFile)) {
        key = old.get().getPublicKey();
      } else {
        KeyPair pair = KeyAlgorithm.EC_P256.generate();
        Files.deleteIfExists(
            keyFile); // of a start that was interrupted, or without its certificate
        Pem.writeNewKey(keyFile, pair.getPrivate());
        key = pair.getPublic();
      }
      PrivateFiles.write(
          certificateFile,
          Pem.encode(List.of(ca.issueOperator(NAME, List.of(ROLE), key, lifetime))));
      return true;
    } catch (IOException | SigningException e) {
      throw new TrustException(
          "cannot write the first operator's certificate to " + directory + ": " + e.getMessage(),
          e);
    }
  }

  private static void writeRoots(Path file, String roots) throws IOException {
    if (!Files.exists(file) || !Files.readString(file).equals(roots)) {
      PrivateFiles.write(file, roots);
    }
  }

  private static boolean isGood(X509Certificate certificate, FleetCa ca, InstantSource clock) {
    Duration life =
        Duration.between(
            certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
    Duration left = Duration.between(clock.instant(), certificate.getNotAfter().toInstant());
    return ca.issued(certificate)
        && PeerNames.roles(certificate).contains(ROLE)
        && left.multipliedBy(3).compareTo(life) > 0;
  }
}
