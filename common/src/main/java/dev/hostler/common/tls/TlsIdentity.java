package dev.hostler.common.tls;

import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Who a TLS end is.
 *
 * @param key its private key
 * @param chain its certificate first, then those above it
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
  public TlsIdentity {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("an identity needs at least its own certificate");
    }
  }

  /**
   * Reads an identity from PEM files.
   *
   * @throws IOException if a file cannot be read
   * @throws SigningException if a file is not what it should be
   */
  public static TlsIdentity read(Path chainFile, Path keyFile)
      throws IOException, SigningException {
    return new TlsIdentity(Pem.privateKey(keyFile), Pem.certificates(chainFile));
  }

  /** The certificate of {@link #key}. */
  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /** A key manager that always presents this identity; for JDK contexts and for Netty. */
  public X509ExtendedKeyManager keyManager() {
    return new IdentityKeyManager(() -> this);
  }

  /**
   * A key manager that asks for the identity at each handshake, so that a renewed certificate is
   * used without a restart.
   *
   * @param current thread-safe
   */
  public static X509ExtendedKeyManager keyManager(Supplier<TlsIdentity> current) {
    return new IdentityKeyManager(current);
  }
}
