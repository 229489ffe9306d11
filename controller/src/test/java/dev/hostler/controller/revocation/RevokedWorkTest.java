package dev.hostler.controller.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.common.signing.Fingerprints;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.link.EngineFixture;
import dev.hostler.controller.link.TestJob;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Work that waits for hosts which are away, when somebody is revoked. */
class RevokedWorkTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private EngineFixture engine;
  private String host;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    host = "h-" + UUID.randomUUID();
    engine.host(host);
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private Job submit(TestJob job) {
    return engine.engine.jobs().submit(job.request(engine.ids(List.of(host))));
  }

  private TestJob signedBy(String operator) {
    TestJob job = TestJob.command("true");
    job.operator = operator;
    job.keys = TestJob.operator(TestJob.ROOT, operator);
    return job;
  }

  private void revoke(Revocation.Kind kind, String value) {
    new RevokedWork(engine.engine.jobs(), engine.bundles)
        .accept(
            RevokedParties.of(
                List.of(new Revocation(kind, value, "test", Instant.EPOCH, "alice"))));
  }

  private int queued(Job job) {
    return engine.engine.jobs().get(job.id()).counts().queued();
  }

  @Test
  void theQueuedWorkOfARevokedOperatorIsStopped() {
    String name = "mallory-" + UUID.randomUUID();
    Job revoked = submit(signedBy(name));
    Job other = submit(signedBy("nora-" + UUID.randomUUID()));
    revoke(Revocation.Kind.OPERATOR, name);
    assertThat(queued(revoked)).isZero();
    assertThat(queued(other)).isEqualTo(1);
  }

  @Test
  void theQueuedWorkThatARevokedCertificateSignedIsStopped() {
    String name = "mallory-" + UUID.randomUUID();
    TestJob first = signedBy(name);
    Job revoked = submit(first);
    Job renewed = submit(signedBy(name));
    revoke(Revocation.Kind.CERTIFICATE, Fingerprints.sha256(first.keys.chain().getFirst()));
    assertThat(queued(revoked)).isZero();
    assertThat(queued(renewed)).as("signed by the operator's other certificate").isEqualTo(1);
  }
}
