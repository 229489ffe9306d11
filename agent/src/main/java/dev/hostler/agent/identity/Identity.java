package dev.hostler.agent.identity;

import dev.hostler.common.tls.TlsIdentity;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who this host is.
 *
 * @param hostId its id in the fleet
 * @param tls its key and its certificate chain
 * @param roots of the fleet CA: by them it knows controllers
 * @param controller "HOST:PORT" through which it joined
 */
public record Identity(
    String hostId, TlsIdentity tls, List<X509Certificate> roots, String controller) {
  /** Copies the list. */
  public Identity {
    roots = List.copyOf(roots);
  }
}
