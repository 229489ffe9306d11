package dev.hostler.cli.connect;

import java.nio.file.Path;

/**
 * How to reach a controller, and as whom.
 *
 * @param name name of the context; "env" when all of it comes from the environment
 * @param address "HOST:PORT" of the operator port
 * @param ca PEM file with the roots of the fleet CA
 * @param cert PEM file with the operator's certificate chain
 * @param key PEM file with the operator's private key (PKCS #8)
 */
public record Context(String name, String address, Path ca, Path cert, Path key) {}
