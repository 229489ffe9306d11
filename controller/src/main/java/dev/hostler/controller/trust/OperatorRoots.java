package dev.hostler.controller.trust;

import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The roots of those who sign jobs. The controller has the certificates only, never a key.
 * Immutable.
 *
 * @param certificates empty: there are none
 */
public record OperatorRoots(List<X509Certificate> certificates) {
  /** Copies the list. */
  public OperatorRoots {
    certificates = List.copyOf(certificates);
  }

  /**
   * Reads them.
   *
   * @param file PEM; empty: there are none
   * @throws TrustException if the file cannot be read or holds something else
   */
  public static OperatorRoots read(Optional<Path> file) throws TrustException {
    if (file.isEmpty()) {
      return new OperatorRoots(List.of());
    }
    try {
      return new OperatorRoots(Pem.certificates(file.get()));
    } catch (IOException | SigningException e) {
      throw new TrustException(
          "cannot read trust.operator_roots " + file.get() + ": " + e.getMessage(), e);
    }
  }

  /** These and those of the fleet CA: whoever logs in as an operator chains to one of them. */
  public List<X509Certificate> with(List<X509Certificate> fleet) {
    List<X509Certificate> all = new ArrayList<>(fleet);
    all.addAll(certificates);
    return all;
  }

  /** Was this certificate issued by one of them, directly? */
  public boolean issued(X509Certificate certificate) {
    for (X509Certificate root : certificates) {
      if (root.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
        try {
          certificate.verify(root.getPublicKey());
          return true;
        } catch (GeneralSecurityException _) {
          // Another root may have the same name.
        }
      }
    }
    return false;
  }
}
