package dev.hostler.controller.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.trust.FleetCa;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthenticatorTest {
  @TempDir Path folder;

  private static Presented certificate(X509Certificate certificate) {
    return new Presented(List.of(certificate), Optional.empty());
  }

  @Test
  void nameAndRolesAreThoseOfTheCertificateUnlessConfiguredOtherwise() throws Exception {
    FleetCa ca = FleetCa.openOrMake(folder.resolve("ca"), TimeSource.system());
    Authenticator authenticator =
        new CertificateAuthenticator(
            new AccessConfig(List.of(), Map.of("bob", Set.of("viewer"), "eve", Set.of())));
    for (String name : List.of("ann", "bob", "eve")) {
      Presented presented =
          certificate(
              ca.issueOperator(
                  name,
                  List.of("operator", "security"),
                  KeyAlgorithm.EC_P256.generate().getPublic(),
                  Duration.ofDays(1)));
      assertThat(authenticator.authenticate(presented))
          .contains(
              new Operator(
                  name,
                  switch (name) {
                    case "ann" -> Set.of("operator", "security");
                    case "bob" -> Set.of("viewer");
                    default -> Set.of();
                  }));
    }
    X509Certificate agent =
        ca.issueAgent(
            UUID.randomUUID(), KeyAlgorithm.EC_P256.generate().getPublic(), Duration.ofDays(1));
    assertThatThrownBy(() -> authenticator.authenticate(certificate(agent)))
        .hasMessageContaining("does not name one operator");
  }

  @Test
  void theFirstThatKnowsTheCallerDecides() {
    Operator token = new Operator("by-token", Set.of("viewer"));
    Authenticator chain =
        Authenticator.firstOf(
            List.of(
                new CertificateAuthenticator(AccessConfig.NONE),
                presented -> presented.bearerToken().map(_ -> token)));
    Presented presented = new Presented(List.of(), Optional.of("secret"));
    assertThat(chain.authenticate(presented)).contains(token);
    assertThat(presented.toString()).doesNotContain("secret");
    assertThat(chain.authenticate(new Presented(List.of(), Optional.empty()))).isEmpty();
  }
}
