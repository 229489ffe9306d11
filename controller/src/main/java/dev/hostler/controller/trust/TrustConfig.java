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
 * @param agentCertificateLifetime validity of agents' certificates; agents cannot renew them yet
 * @param operatorCertificateLifetime validity of operators' certificates
 */
public record TrustConfig(
    Optional<Path> caCertificate,
    Optional<Path> caKey,
    List<String> names,
    Duration agentCertificateLifetime,
    Duration operatorCertificateLifetime) {
  private static final Duration LEAST = Duration.ofMinutes(1);
  private static final Duration MOST = Duration.ofDays(3650);

  /** Reads it. */
  public static TrustConfig read(ConfigSection section) {
    TrustConfig config =
        new TrustConfig(
            section.file("ca_certificate"),
            section.file("ca_key"),
            section.strings("names", List.of()),
            section.duration("agent_certificate_lifetime", Duration.ofDays(365), LEAST, MOST),
            section.duration("operator_certificate_lifetime", Duration.ofDays(365), LEAST, MOST));
    if (section.has("ca_certificate") != section.has("ca_key")) {
      String missing = section.has("ca_key") ? "ca_certificate" : "ca_key";
      section.problem(missing, "ca_certificate and ca_key go together; set it or remove the other");
    }
    return config;
  }
}
