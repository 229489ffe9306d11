package dev.hostler.controller.trust;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Who the holder of a certificate of the fleet is: one URI among the subject alternative names. */
public final class PeerNames {
  private static final String HOST = "hostler://host/";
  private static final String OPERATOR = "hostler://operator/";
  private static final String ROLE = "hostler://role/";
  private static final int URI = 6; // RFC 5280 section 4.2.1.6: GeneralName [6]

  private PeerNames() {}

  static String hostUri(UUID id) {
    return HOST + id;
  }

  static String operatorUri(String name) {
    return OPERATOR + name;
  }

  static String roleUri(String name) {
    return ROLE + name;
  }

  /** The host of an agent's certificate; empty when it names none. */
  public static Optional<UUID> hostId(X509Certificate certificate) {
    try {
      return find(certificate, HOST).map(UUID::fromString);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** The operator of an operator's certificate; empty when it names none. */
  public static Optional<String> operator(X509Certificate certificate) {
    return find(certificate, OPERATOR).filter(name -> !name.isEmpty());
  }

  /** The roles of an operator's certificate. */
  public static List<String> roles(X509Certificate certificate) {
    return all(certificate, ROLE).filter(name -> !name.isEmpty()).toList();
  }

  private static Optional<String> find(X509Certificate certificate, String prefix) {
    return all(certificate, prefix).findFirst();
  }

  private static Stream<String> all(X509Certificate certificate, String prefix) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      if (names == null) {
        return Stream.empty();
      }
      return names.stream()
          .filter(name -> Integer.valueOf(URI).equals(name.getFirst()))
          .map(name -> String.valueOf(name.get(1)))
          .filter(uri -> uri.startsWith(prefix))
          .map(uri -> uri.substring(prefix.length()));
    } catch (CertificateParsingException _) {
      return Stream.empty();
    }
  }
}
