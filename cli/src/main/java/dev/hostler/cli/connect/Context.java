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
 */
public record Context(String name, String address, Path ca, Path cert, Path key) {
  /** A key's file as an absolute path; a {@code pkcs11:} URI as it is. */
  public static Path keyPlace(Path given) {
    return given.toString().startsWith("pkcs11:") ? given : given.toAbsolutePath();
  }
}
