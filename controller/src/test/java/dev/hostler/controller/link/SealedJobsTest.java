package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobRequest;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.Assignment;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.Hello;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.secret.SealingKey;
import dev.hostler.trust.secret.SignedSealingKey;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Jobs with sealed parameters, and the keys that they are sealed to. */
class SealedJobsTest {
  private static final String SEALED = "{\"name\":\"x\",\"password\":{\"$sealed\":\"AAAA\"}}";

  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  @TempDir static Path folder;
  private EngineFixture engine;
  private StoredBundle bundle;
  private String name;
  private UUID host;

  @BeforeEach
  void start() throws Exception {
    engine = new EngineFixture(DB.database());
    name = "h-" + UUID.randomUUID();
    host = engine.host(name);
    Path file =
        new TestBundles(Files.createTempDirectory(folder, "b"))
            .signed("b" + name.substring(2, 10), "1.0.0", 10);
    try (var upload = engine.bundles.begin(Files.size(file))) {
      upload.append(ByteBuffer.wrap(Files.readAllBytes(file)));
      bundle = upload.finish("bob", _ -> {});
    }
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private JobRequest request(String params, Map<String, byte[]> keys, List<UUID> hosts) {
    JobRequest plain =
        new TestJob(
                Instant.now(),
                new JobWork.Action(
                    bundle.name(), bundle.version(), "greet", bundle.digest(), params))
            .request(hosts);
    return new JobRequest("alice", plain.job(), plain.hostIds(), "", keys);
  }

  private static byte[] key(int fill) {
    byte[] key = new byte[113];
    java.util.Arrays.fill(key, (byte) fill);
    return key;
  }

  private void refused(JobRequest request, String... why) {
    assertThatThrownBy(() -> engine.engine.jobs().submit(request))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.INVALID))
        .hasMessageContainingAll(why);
  }

  private int keys(UUID job) {
    return DB.database()
        .transact(tx ->
            tx.handle()
                .createQuery(
                    "SELECT count(*) FROM task_sealed_keys k JOIN tasks t ON t.id = k.task_id"
                        + " WHERE t.job_id = :job")
                .bind("job", job)
                .mapTo(Integer.class)
                .one());
  }

  @Test
  void eachHostGetsItsOwnKeyAndItIsForgottenAtTheEnd() {
    UUID other = engine.host("o-" + name);
    Job job =
        engine
            .engine
            .jobs()
            .submit(
                request(
                    SEALED,
                    Map.of(host.toString(), key(1), other.toString(), key(2)),
                    List.of(host, other)));
    assertThat(keys(job.id())).isEqualTo(2);
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.slots(1);
      Assignment first = agent.awaitAssignment();
      assertThat(first.getSealedKey().toByteArray()).isEqualTo(key(1));
    }
    // Not held when it comes back: given out again, with the key.
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.slots(1);
      Assignment again = agent.awaitAssignment();
      assertThat(again.getRef().getAttempt()).isEqualTo(2);
      assertThat(again.getSealedKey().toByteArray()).isEqualTo(key(1));
    }
    engine.engine.jobs().cancel(job.id(), "alice"); // ends what is queued
    assertThat(keys(job.id())).as("of the host that holds it still").isEqualTo(1);
    engine.hosts.remove(dev.hostler.controller.audit.Actor.SYSTEM, host.toString());
    assertThat(keys(job.id())).isZero();
  }

  @Test
  void keysMustFitTheHostsAndTheParameters() {
    String id = host.toString();
    List<UUID> hosts = List.of(host);
    refused(request(SEALED, Map.of(), hosts), "sealed_keys: host " + name, id, "has none");
    refused(request(SEALED, Map.of(id, new byte[5]), hosts), "sealed_keys", name, "5 bytes", "113");
    refused(
        request(SEALED, Map.of(id, key(1), "stranger", key(2)), hosts),
        "sealed_keys",
        "stranger",
        "not among");
    refused(
        request("{\"name\":\"x\"}", Map.of(id, key(1)), hosts),
        "sealed_keys",
        "nothing in the job");
    refused(
        request("{\"name\":\"x\",\"password\":\"hunter2\"}", Map.of(), hosts),
        "params.password: is secret and was not sealed");
    refused(
        request("{\"name\":{\"$sealed\":\"AAAA\"}}", Map.of(id, key(1)), hosts),
        "params.name: is sealed, but is not secret");
    assertThat(engine.engine.jobs().submit(request("{\"name\":\"x\"}", Map.of(), hosts)).id())
        .isNotNull();
  }

  private SignedSealingKey vouched(String hostId) throws Exception {
    Instant now = Instant.now();
    CertificateAuthority ca =
        CertificateAuthority.create(
            "fleet", KeyAlgorithm.EC_P256, now.minusSeconds(60), now.plus(Duration.ofDays(1)));
    KeyPair agent = KeyAlgorithm.EC_P256.generate();
    return SignedSealingKey.sign(
        new SealingKey(hostId, KeyAlgorithm.EC_P256.generate().getPublic()),
        new SigningKeys(
            agent.getPrivate(),
            List.of(
                ca.issue(
                    agent.getPublic(),
                    CertificateProfile.of(hostId, now.minusSeconds(60), now.plusSeconds(3600))
                        .purpose(KeyPurpose.AGENT.oid())
                        .uri("hostler://host/" + hostId)))),
        now);
  }

  private void says(SignedSealingKey key) {
    try (ScriptedAgent agent = ScriptedAgent.open(engine.channel, host)) {
      agent.send(
          AgentFrame.newBuilder()
              .setHello(
                  Hello.newBuilder()
                      .setProtocolMin(1)
                      .setProtocolMax(1)
                      .setSealingKey(
                          dev.hostler.proto.v1.SealingKey.newBuilder()
                              .setStatement(ByteString.copyFrom(key.statement()))
                              .setSignature(ByteString.copyFrom(key.signature()))))
              .build());
      agent.await(ControllerFrame::hasWelcome);
    }
  }

  @Test
  void keepsTheLastKeyThatAHostSentOfItself() throws Exception {
    assertThat(engine.hosts.sealingKeys(List.of(host))).isEmpty();
    SignedSealingKey first = vouched(host.toString());
    says(first);
    assertThat(engine.hosts.sealingKeys(List.of(host))).isEqualTo(Map.of(host, first));
    SignedSealingKey second = vouched(host.toString());
    says(second);
    says(vouched(UUID.randomUUID().toString()));
    says(new SignedSealingKey("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8), new byte[1]));
    assertThat(new TreeMap<>(engine.hosts.sealingKeys(List.of(host))))
        .isEqualTo(Map.of(host, second));
  }
}
