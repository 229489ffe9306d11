package dev.hostler.cli.connect;

import java.nio.file.Path;

/**
 * How to reach a controller, and as whom.
 *
 * @param name name of the context; "env" when all of it comes from the environment
 * @param address "HOST:PORT" of the operator port
 * @param ca PEM file with the roots of the fleet CA
 * @param cert PEM file with the operator's certificate chain
 * @param key PEM file with the operator's private key (PKCS #8), or a {@code pkcs11:} URI
 * @param signCert PEM file with the certificate chain of the key that signs jobs
 * @param signKey PEM file with the private key that signs jobs, or a {@code pkcs11:} URI
 */
public record Context(
    String name, String address, Path ca, Path cert, Path key, Path signCert, Path signKey) {

  /** With one key to log in and to sign. */
  public Context(String name, String address, Path ca, Path cert, Path key) {
    this(name, address, ca, cert, key, cert, key);
  }

  /** A key's file as an absolute path; a {@code pkcs11:} URI as it is. */
  public static Path keyPlace(Path given) {
    return given.toString().startsWith("pkcs11:") ? given : given.toAbsolutePath();
  }

  /** Does another key sign than the one that logs in? */
  boolean signsWithAnother() {
    return !signCert.equals(cert) || !signKey.equals(key);
  }
}
