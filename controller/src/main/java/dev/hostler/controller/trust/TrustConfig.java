package dev.hostler.controller.trust;

import dev.hostler.common.config.ConfigSection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Section [trust].
 *
 * @param caCertificate certificate of a fleet CA that is given; empty: one is made at first start
 * @param caKey its key
 * @param names host names and IP addresses by which agents and operators reach this controller,
 *     besides localhost and the machine's own name
 * @param previousCaCertificate certificate of the CA that the given one replaces; empty: none
 * @param previousCaKey its key
 * @param operatorRoots PEM with the roots of those who sign jobs; they may log in with the same
 *     certificates
 * @param agentCertificateLifetime validity of agents' certificates
 * @param agentRenewalGrace for how long after its end a host may still renew its certificate
 * @param operatorCertificateLifetime validity of operators' certificates
 * @param operatorRenewalGrace for how long after its end an operator may still renew one
 * @param controllerCertificateLifetime validity of the controller's own certificate
 */
public record TrustConfig(
    Optional<Path> caCertificate,
    Optional<Path> caKey,
    Optional<Path> previousCaCertificate,
    Optional<Path> previousCaKey,
    List<String> names,
    Optional<Path> operatorRoots,
    Duration agentCertificateLifetime,
    Duration agentRenewalGrace,
    Duration operatorCertificateLifetime,
    Duration operatorRenewalGrace,
    Duration controllerCertificateLifetime) {
  private static final Duration LEAST = Duration.ofSeconds(10);
  private static final Duration MOST = Duration.ofDays(3650);

  /** Reads it. */
  public static TrustConfig read(ConfigSection section) {
    TrustConfig config =
        new TrustConfig(
            section.file("ca_certificate"),
            section.file("ca_key"),
            section.file("previous_ca_certificate"),
            section.file("previous_ca_key"),
            section.strings("names", List.of()),
            section.file("operator_roots"),
            section.duration("agent_certificate_lifetime", Duration.ofHours(24), LEAST, MOST),
            section.duration("agent_renewal_grace", Duration.ofDays(30), Duration.ZERO, MOST),
            section.duration("operator_certificate_lifetime", Duration.ofHours(12), LEAST, MOST),
            section.duration("operator_renewal_grace", Duration.ofDays(3), Duration.ZERO, MOST),
            section.duration("controller_certificate_lifetime", Duration.ofHours(24), LEAST, MOST));
    together(section, "ca_certificate", "ca_key");
    together(section, "previous_ca_certificate", "previous_ca_key");
    if (section.has("previous_ca_certificate") && !section.has("ca_certificate")) {
      section.problem(
          "previous_ca_certificate",
          "it goes with a CA that is given: set ca_certificate and ca_key to the new one");
    }
    return config;
  }

  private static void together(ConfigSection section, String certificate, String key) {
    if (section.has(certificate) != section.has(key)) {
      String missing = section.has(key) ? certificate : key;
      section.problem(
          missing, certificate + " and " + key + " go together; set it or remove the other");
    }
  }
}
