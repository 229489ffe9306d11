package dev.hostler.trust.job;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.SigningKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Jobs, operators and roots for tests. */
final class SampleJob {
  static final Instant NOW = Instant.parse("2026-11-21T07:00:00Z");
  static final String MANIFEST = "ab".repeat(32);
  static final List<String> HOSTS = List.of("h-3", "h-1", "h-2");

  private SampleJob() {}

  static JobStatement action() {
    return with(
        new JobWork.Action(
            "host-report", "1.4.0", "collect", MANIFEST, "{\"format\":\"json\",\"n\":3}"));
  }

  static JobStatement command() {
    return with(new JobWork.Command(List.of("uname", "-a"), "root"));
  }

  static JobStatement with(JobWork work) {
    return new JobStatement(
        work,
        new TreeMap<>(java.util.Map.of("LEVEL", "debug")),
        Duration.ofSeconds(30),
        5,
        NOW.minusSeconds(60),
        NOW.plus(Duration.ofHours(1)),
        "AAAAAAAAAAAAAAAAAAAAAA",
        false,
        TargetTree.of(HOSTS).targets());
  }

  /** The sample with this kept of hosts before. */
  static JobStatement with(JobWork work, JobCapture capture) {
    JobStatement plain = with(work);
    return new JobStatement(
        plain.work(),
        plain.env(),
        plain.timeout(),
        plain.concurrency(),
        plain.notBefore(),
        plain.expires(),
        plain.nonce(),
        plain.allowOlder(),
        plain.targets(),
        plain.sandbox(),
        plain.limits(),
        capture);
  }

  static CertificateAuthority root(KeyAlgorithm algorithm) {
    return CertificateAuthority.create(
        "ops root", algorithm, NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(30)));
  }

  static SigningKeys operator(CertificateAuthority root, String name, String... roles)
      throws SigningException {
    return OperatorKeys.below(
        root,
        new Operator(name, new TreeSet<>(List.of(roles))),
        KeyAlgorithm.of(root.certificate().getPublicKey()),
        NOW,
        Duration.ofDays(10));
  }
}
