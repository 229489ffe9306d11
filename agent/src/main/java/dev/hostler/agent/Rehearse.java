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
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.trust.KeyPurpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Runs a whole agent for a moment against a controller of its own, without a sandbox and in a
 * folder of its own: `hostler-agent rehearse FOLDER`. The build does so to write the class archive
 * (JEP 350) that lets the agents of a host share their classes' memory.
 */
final class Rehearse {
  private Rehearse() {}

  static boolean run(Path folder)
      throws IOException, ConfigException, StartException, InterruptedException {
    Path state = Files.createDirectories(folder.toAbsolutePath());
    Path file = state.resolve("agent.toml");
    TlsIdentity controller;
    Identity identity;
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
      identity = new Identity("rehearsal", controller, List.of(ca.certificate()), "127.0.0.1:1");
    } catch (SigningException e) {
      throw new IOException(e);
    }
    try (Rehearsal rehearsal = new Rehearsal(controller);
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
