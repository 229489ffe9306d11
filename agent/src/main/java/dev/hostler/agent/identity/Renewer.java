package dev.hostler.agent.identity;

import dev.hostler.common.signing.RootSuccession;
import java.security.cert.X509Certificate;
import java.util.List;

/** Asks a controller for a newer certificate, by the present one. */
public interface Renewer {

  /**
   * Asks for a certificate.
   *
   * @param csr PKCS#10 request in DER
   * @throws RenewalException if no controller answered, or one refused
   */
  Renewed renew(byte[] csr) throws RenewalException, InterruptedException;

  /**
   * The controller's answer.
   *
   * @param chain the certificate, then those above it without the root
   * @param roots of the fleet CA
   */
  record Renewed(List<X509Certificate> chain, RootSuccession roots) {
    /** Copies the list. */
    public Renewed {
      chain = List.copyOf(chain);
    }
  }
}
