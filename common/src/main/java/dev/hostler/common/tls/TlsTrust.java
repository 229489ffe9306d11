package dev.hostler.common.tls;

import dev.hostler.common.signing.RevocationPolicy;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Trust managers for JDK contexts and for Netty. What they return is thread-safe. */
public final class TlsTrust {
  private TlsTrust() {}

  /**
   * Trusts what chains to one of these roots and nothing else, the machine's own roots included.
   * Checks the other side's host name where the engine asks for it (clients do).
   *
   * @param roots at least one
   * @param purpose extended key usage that the other side's certificate must have, besides that for
   *     TLS, as a dotted object identifier; null: none
   */
  public static X509ExtendedTrustManager pinnedTo(
      List<X509Certificate> roots, @Nullable String purpose) {
    X509ExtendedTrustManager pkix = pkix(roots);
    return purpose == null ? pkix : new PurposeTrustManager(pkix, purpose);
  }

  /**
   * For a client that hears of revocations while it runs: like {@link #pinnedTo}, and trusts no
   * server with a revoked certificate on its path. Sessions must not outlive a change of what is
   * revoked: a resumed one shows no certificate.
   *
   * @param revocation what is revoked at the moment; thread-safe, asked at each handshake
   * @param shown told of each path that was trusted, the server's certificate first
   */
  public static X509ExtendedTrustManager ofServers(
      List<X509Certificate> roots,
      String purpose,
      Supplier<RevocationPolicy> revocation,
      Consumer<List<X509Certificate>> shown,
      InstantSource clock) {
    return new ServerTrustManager(pkix(roots), roots, purpose, revocation, shown, clock);
  }

  /**
   * For a client that knows of its server's CA only the digest: trusts a chain that contains a CA
   * certificate of that digest and is valid below it; checks the host name as usual.
   *
   * @param sha256 SHA-256 of the CA certificate in DER, 32 bytes
   * @param purpose as in {@link #pinnedTo}
   */
  public static X509ExtendedTrustManager byCaDigest(byte[] sha256, @Nullable String purpose) {
    return new CaDigestTrustManager(sha256, purpose);
  }

  /**
   * For a server: trusts clients that chain to one of the roots of the moment. Takes a certificate
   * also for a while after its end, for those who come to renew it: whoever uses this must look at
   * the end of the certificate itself, before it grants anything but a renewal.
   *
   * @param roots those that count now; thread-safe, asked at each handshake
   * @param purpose extended key usage that certificates must have, as a dotted object identifier
   * @param grace for how long after its end a certificate is still taken; zero or longer
   */
  public static X509ExtendedTrustManager ofClients(
      Supplier<List<X509Certificate>> roots, String purpose, Duration grace, InstantSource clock) {
    return new ClientTrustManager(roots, purpose, grace, clock);
  }

  static X509ExtendedTrustManager pkix(List<X509Certificate> roots) {
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("at least one root is needed");
    }
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < roots.size(); i++) {
        store.setCertificateEntry("root" + i, roots.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new IllegalStateException(
          "no X.509 trust manager among " + Arrays.toString(factory.getTrustManagers()));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this Java runtime cannot validate certificates", e);
    }
  }

  /**
   * The first cause in a chain that says what is wrong with a certificate, for messages.
   *
   * @return the message of the deepest cause
   */
  public static String reason(SSLException failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage());
  }
}
