package dev.hostler.common.signing;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** Where a private key is: in a file, or on a token that never gives it away. */
@FunctionalInterface
public interface KeySource {
  /**
   * The private key.
   *
   * @param certificate whose key it is; a token is searched for it
   * @throws IOException if the file or the token cannot be read
   * @throws SigningException if there is no such key, or its kind is not accepted
   */
  PrivateKey key(X509Certificate certificate) throws IOException, SigningException;

  /**
   * The source that a text names.
   *
   * @param text a PKCS#11 URI (RFC 7512), or else the path of a PEM file in PKCS#8
   * @param pin asked for the PIN of the token unless the URI has a pin-source
   * @throws SigningException MALFORMED if it begins with {@code pkcs11:} and is not such a URI
   */
  static KeySource of(String text, PinSource pin) throws SigningException {
    if (Pkcs11Uri.isOne(text)) {
      return new Pkcs11Key(Pkcs11Uri.parse(text), pin);
    }
    Path file = Path.of(text);
    return certificate -> Pem.privateKey(file);
  }

  /** {@link #of(String, PinSource)} with {@link PinSource#usual}. */
  static KeySource of(String text) throws SigningException {
    return of(text, PinSource.usual());
  }
}
