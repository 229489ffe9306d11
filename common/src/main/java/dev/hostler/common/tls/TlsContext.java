package dev.hostler.common.tls;

import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Makes JDK contexts. Netty is given the managers themselves. */
public final class TlsContext {
  /** The only version that is spoken. */
  public static final String PROTOCOL = "TLSv1.3";

  private TlsContext() {}

  /**
   * A TLS 1.3 context. A client that uses it must set the endpoint identification algorithm "HTTPS"
   * on its engine, or the host name is not checked.
   *
   * @param identity null: none is presented
   */
  public static SSLContext create(
      @Nullable X509ExtendedKeyManager identity, X509ExtendedTrustManager trust) {
    try {
      SSLContext context = SSLContext.getInstance(PROTOCOL);
      KeyManager[] keys = identity == null ? new KeyManager[0] : new KeyManager[] {identity};
      context.init(keys, new TrustManager[] {trust}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot speak " + PROTOCOL, e);
    }
  }
}
