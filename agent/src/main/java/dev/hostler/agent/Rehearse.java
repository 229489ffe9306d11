package dev.hostler.agent;

import dev.hostler.agent.config.AgentConfig;
import dev.hostler.agent.identity.Identity;
import dev.hostler.agent.link.Rehearsal;
import dev.hostler.common.config.ConfigException;
import dev.hostler.common.lifecycle.Lifecycle;
import dev.hostler.common.lifecycle.StartException;
import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.Operator;
import dev.hostler.trust.job.OperatorKeys;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Runs a whole agent for a moment against a controller of its own, without a sandbox and in a
 * folder of its own: `hostler-agent rehearse FOLDER`. The build does so to write the class archive
 * (JEP 350) that lets the agents of a host share their classes' memory.
 */
final class Rehearse {
  private static final String HOST = "rehearsal";
  private static final TargetTree TARGETS = TargetTree.of(List.of(HOST));

  private Rehearse() {}

  /** A job of an operator whose root it pins. */
  private static SignedJob job(Path state, Instant now)
      throws IOException, SigningException, JobException {
    CertificateAuthority root =
        CertificateAuthority.create(
            "rehearsal operators",
            KeyAlgorithm.EC_P256,
            now.minus(Duration.ofHours(1)),
            now.plus(Duration.ofHours(1)));
    Path trust = Files.createDirectories(state.resolve("trust"));
    Files.writeString(trust.resolve("operator-roots.pem"), Pem.encode(List.of(root.certificate())));
    Instant second = now.truncatedTo(ChronoUnit.SECONDS);
    return SignedJob.sign(
        new JobStatement(
            new JobWork.Command(List.of("true"), JobWork.Command.DEFAULT_USER),
            new TreeMap<>(Map.of("A", "b")),
            null,
            0,
            second,
            second.plus(Duration.ofMinutes(10)),
            JobStatement.newNonce(),
            false,
            TARGETS.targets()),
        OperatorKeys.below(
            root,
            new Operator("rehearsal", new TreeSet<>()),
            KeyAlgorithm.EC_P256,
            now,
            Duration.ofHours(1)),
        now);
  }

  static boolean run(Path folder)
      throws IOException, ConfigException, StartException, InterruptedException {
    Path state = Files.createDirectories(folder.toAbsolutePath());
    Path file = state.resolve("agent.toml");
    TlsIdentity controller;
    Identity identity;
    SignedJob job;
    try {
      Instant now = TimeSource.system().instant();
      Instant from = now.minus(Duration.ofHours(1));
      Instant until = now.plus(Duration.ofHours(1));
      CertificateAuthority ca =
          CertificateAuthority.create("rehearsal", KeyAlgorithm.EC_P256, from, until);
      KeyPair pair = KeyAlgorithm.EC_P256.generate();
      controller =
          new TlsIdentity(
              pair.getPrivate(),
              List.of(
                  ca.issue(
                      pair.getPublic(),
                      CertificateProfile.of("controller", from, until)
                          .purpose(KeyPurpose.CONTROLLER.oid())
                          .purpose(CertificateProfile.SERVER_AUTH)
                          .ip("127.0.0.1"))));
      identity = new Identity(HOST, controller, List.of(ca.certificate()), "127.0.0.1:1");
      job = job(state, now);
    } catch (SigningException | JobException e) {
      throw new IOException(e);
    }
    try (Rehearsal rehearsal = new Rehearsal(controller, job, TARGETS.proof(HOST));
        Lifecycle lifecycle = new Lifecycle()) {
      Files.writeString(
          file,
          """
          state_dir = "%s"
          controllers = ["%s"]
          [labels]
          a = "b"
          [policy]
          commands = "off"
          [sandbox]
          timeout = "5m"
          memory = "512MiB"
          [log]
          level = "error"
          """
              .formatted(state, rehearsal.address()));
      AgentConfig config = AgentConfig.read(file, Map.of());
      Agent.prepare(config);
      Agent.identities(config).write(identity);
      Agent.start(
          config,
          Agent.identities(config).read().orElseThrow(),
          SandboxSetup.none(config, "this is a rehearsal"),
          lifecycle,
          TimeSource.system());
      return rehearsal.await();
    }
  }
}
