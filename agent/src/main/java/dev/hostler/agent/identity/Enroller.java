package dev.hostler.agent.identity;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/** Asks a controller for a certificate. */
public interface Enroller {

  /**
   * Exchanges a join token for a certificate.
   *
   * @param controller "HOST:PORT"
   * @param token whose CA digest the controller's certificate must chain to
   * @param hostName under which the host is to be listed
   * @param csr PKCS#10 request in DER
   * @throws EnrolException if the controller refuses, cannot be reached, or is another one
   */
  Answer enrol(String controller, JoinToken token, String hostName, byte[] csr)
      throws EnrolException, InterruptedException;

  /** The controller's answer. */
  sealed interface Answer {}

  /**
   * An operator has to let this host in: ask again.
   *
   * @param enrolmentId id by which operators see the request
   * @param retryAfter not before this has passed
   */
  record Waiting(String enrolmentId, Duration retryAfter) implements Answer {}

  /**
   * This host is in the fleet.
   *
   * @param hostId the host's id for good
   * @param chain its certificate, then those above it without the root
   * @param roots of the fleet CA
   */
  record Enrolled(String hostId, List<X509Certificate> chain, List<X509Certificate> roots)
      implements Answer {
    /** Copies the lists. */
    public Enrolled {
      chain = List.copyOf(chain);
      roots = List.copyOf(roots);
    }
  }
}
