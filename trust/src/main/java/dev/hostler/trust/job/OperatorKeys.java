package dev.hostler.trust.job;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Makes operator roots and, below them, operators' keys. */
public final class OperatorKeys {
  /** Certificate of the root: what hosts pin and controllers are told. */
  public static final String ROOT_CERTIFICATE = SigningKeys.ROOT_CERTIFICATE;

  private static final String ROOT_KEY = SigningKeys.ROOT_KEY;

  private OperatorKeys() {}

  /**
   * Makes NAME.key and NAME.crt below the root in the folder; makes that root first if the folder
   * has none. Keys are readable by their owner only.
   *
   * @param folder made (0700) if it does not exist
   * @param life how long the operator's certificate is valid
   * @throws FileAlreadyExistsException if the operator's files exist: nothing is overwritten
   * @throws IOException if something cannot be read or written
   * @throws SigningException if the root that is there is not one
   */
  public static SigningKeys create(
      Path folder, Operator operator, KeyAlgorithm algorithm, Instant now, Duration life)
      throws IOException, SigningException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path keyFile = folder.resolve(operator.name() + ".key");
    Path certificateFile = folder.resolve(operator.name() + ".crt");
    if (operator.name().equals("root")) {
      throw new FileAlreadyExistsException(
          keyFile.toString(), null, "'root' is what the root itself is called there");
    }
    for (Path file : List.of(keyFile, certificateFile)) {
      if (Files.exists(file)) {
        throw new FileAlreadyExistsException(
            file.toString(), null, "an operator of this name is there already");
      }
    }
    CertificateAuthority root = root(folder, operator, algorithm, now);
    SigningKeys made = below(root, operator, algorithm, now, life);
    Pem.writeNewKey(keyFile, made.key());
    SigningKeys.writeNew(certificateFile, made.chain().getFirst());
    return made;
  }

  private static CertificateAuthority root(
      Path folder, Operator operator, KeyAlgorithm algorithm, Instant now)
      throws IOException, SigningException {
    Path certificate = folder.resolve(ROOT_CERTIFICATE);
    Path key = folder.resolve(ROOT_KEY);
    if (Files.exists(certificate) || Files.exists(key)) {
      return new CertificateAuthority(
          Pem.privateKey(key), Pem.certificates(certificate).getFirst());
    }
    return SigningKeys.createRoot(folder, operator.name() + " operator root", algorithm, now);
  }

  /** A new key with a certificate of an operator root. */
  public static SigningKeys below(
      CertificateAuthority root,
      Operator operator,
      KeyAlgorithm algorithm,
      Instant now,
      Duration life)
      throws SigningException {
    KeyPair pair = algorithm.generate();
    CertificateProfile profile =
        CertificateProfile.of(operator.name(), now.minus(SigningKeys.CLOCK_SKEW), now.plus(life))
            .purpose(KeyPurpose.OPERATOR.oid())
            .purpose(CertificateProfile.CLIENT_AUTH)
            .uri(Operator.NAME_URI + operator.name());
    for (String role : operator.roles()) {
      profile = profile.uri(Operator.ROLE_URI + role);
    }
    return new SigningKeys(pair.getPrivate(), List.of(root.issue(pair.getPublic(), profile)));
  }
}
