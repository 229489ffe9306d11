package dev.hostler.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.hostler.agent.bundle.OuterTar;
import dev.hostler.agent.bundle.SignedBundle;
import dev.hostler.agent.link.ScriptedController;
import dev.hostler.agent.link.TestFleet;
import dev.hostler.agent.work.JobDraft;
import dev.hostler.agent.work.TestOperator;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.RefusalReason;
import dev.hostler.proto.v1.TrustUpdate;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.bundle.Version;
import dev.hostler.trust.index.BundleVersion;
import dev.hostler.trust.index.Revoked;
import dev.hostler.trust.index.TrustIndex;
import dev.hostler.trust.job.JobWork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A controller in an attacker's hands, and a live agent: what it tries with bundles and the index.
 * Jobs are signed by an operator whom the host trusts; what they name, or what comes for it, is not
 * what anybody should get.
 */
class BundleForgeryTest {
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private TestFleet fleet;
  private ScriptedController controller;
  private AgentProcess agent;
  private SigningKeys index;
  private SignedBundle one;
  private SignedBundle two;
  private int tries;

  @BeforeEach
  void open() throws Exception {
    fleet = new TestFleet();
    controller = new ScriptedController(fleet::secure);
    agent = new AgentProcess(controller, "", "index = \"required\"");
    agent.enrol(fleet);
    Path made = agent.root.resolve("made");
    one = new SignedBundle(made.resolve("1"), SignedBundle.TOML, now);
    two = new SignedBundle(made.resolve("2"), toml("2.0.0"), now, one);
    Path keys = made.resolve("index");
    index =
        SigningKeys.create(
            keys, "test", "index", KeyPurpose.INDEX_SIGNER, KeyAlgorithm.ED25519, now);
    // The operators' root as well: what keeps their keys out is what the keys are for.
    Files.writeString(
        agent.state.resolve("trust/bundle-roots.pem"),
        Files.readString(one.root) + Pem.encode(List.of(TestOperator.ROOT.certificate())));
    Files.writeString(
        agent.state.resolve("trust/index-roots.pem"),
        Files.readString(keys.resolve(SigningKeys.ROOT_CERTIFICATE))
            + Pem.encode(List.of(TestOperator.ROOT.certificate())));
    controller.bundles.put(one.digest, one.bytes);
    controller.bundles.put(two.digest, two.bytes);
    agent.start();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !controller.hellos.isEmpty() && controller.slots(controller.stream()) > 0);
  }

  @AfterEach
  void close() throws Exception {
    agent.close();
    controller.close();
  }

  private static String toml(String version) {
    return SignedBundle.TOML.replace("1.2.3", version);
  }

  private static BundleVersion listed(String version, SignedBundle bundle) {
    return new BundleVersion("sample", Version.parse(version), bundle.digest, false);
  }

  private TrustIndex statement(long number, Instant issued, BundleVersion... bundles) {
    return new TrustIndex(
        number, issued, issued.plus(Duration.ofHours(1)), List.of(bundles), Revoked.NOTHING);
  }

  /** Sends an index, whatever its signer is good for. */
  private void send(TrustIndex statement, SigningKeys keys) throws Exception {
    byte[] json = statement.canonicalJson();
    controller.stream()
        .send(
            ControllerFrame.newBuilder()
                .setTrust(
                    TrustUpdate.newBuilder()
                        .setIndex(
                            dev.hostler.proto.v1.SignedIndex.newBuilder()
                                .setStatement(ByteString.copyFrom(json))
                                .setSignature(
                                    ByteString.copyFrom(
                                        DetachedCms.sign(json, keys.key(), keys.chain(), now)))))
                .build());
  }

  private AttemptResult run(SignedBundle bundle, String version, boolean allowOlder) {
    JobDraft draft =
        new JobDraft(
            new JobWork.Action("sample", version, "greet", bundle.digest, "{\"name\":\"Ann\"}"));
    draft.allowOlder = allowOlder;
    String task = "try-" + ++tries;
    controller.stream()
        .assign(draft.wire(task, 1).setBundleSize(controller.bundles.get(bundle.digest).length));
    await().atMost(Duration.ofSeconds(30)).until(() -> controller.results.containsKey(task + ".1"));
    return controller.results.get(task + ".1");
  }

  private void runs(SignedBundle bundle, String version, boolean allowOlder) {
    AttemptResult result = run(bundle, version, allowOlder);
    assertThat(result.getOutcome()).as(result.getMessage()).isEqualTo(Outcome.OUTCOME_EXITED);
  }

  private void refused(RefusalReason reason, String word, SignedBundle bundle, String version) {
    AttemptResult result = run(bundle, version, false);
    assertThat(result.getOutcome()).isEqualTo(Outcome.OUTCOME_REFUSED);
    assertThat(result.getRefusal()).as(result.getMessage()).isEqualTo(reason);
    assertThat(result.getMessage()).contains(word);
    assertThat(result.hasStartedAt()).isFalse();
  }

  @Test
  void anOlderVersionRunsOnlyIfTheOperatorSignedThat() throws Exception {
    send(statement(1, now, listed("1.2.3", one), listed("2.0.0", two)), index);
    runs(two, "2.0.0", false);
    RefusalReason older = RefusalReason.REFUSAL_REASON_BUNDLE_OLDER;
    refused(older, "older than 2.0.0", one, "1.2.3");
    // Also after the agent was killed and has come back.
    agent.kill();
    int before = controller.hellos.size();
    agent.start();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> controller.hellos.size() > before && controller.slots(controller.stream()) > 0);
    refused(older, "older than 2.0.0", one, "1.2.3");
    runs(one, "1.2.3", true);
  }

  @Test
  void anIndexThatIsOldOrGoesBackOrIsSomebodyElses() throws Exception {
    RefusalReason stale = RefusalReason.REFUSAL_REASON_INDEX_STALE;
    refused(stale, "seen no signed index", one, "1.2.3");
    // Held back until it has expired; and one from the future, as after the clock was moved back.
    send(statement(1, now.minus(Duration.ofHours(2)), listed("1.2.3", one)), index);
    refused(stale, "expired", one, "1.2.3");
    send(statement(2, now.plus(Duration.ofHours(2)), listed("1.2.3", one)), index);
    refused(stale, "correct this host's clock", one, "1.2.3");
    for (SigningKeys wrong : List.of(TestOperator.ANN, signer(one))) {
      send(statement(3, now, listed("1.2.3", one)), wrong);
      refused(stale, "correct this host's clock", one, "1.2.3");
    }
    send(statement(4, now, listed("2.0.0", two)), index);
    RefusalReason unlisted = RefusalReason.REFUSAL_REASON_BUNDLE_UNLISTED;
    refused(unlisted, "index 4 does not list sample 1.2.3", one, "1.2.3");
    // An older index that listed it, and another one of the same number.
    send(statement(3, now, listed("1.2.3", one)), index);
    refused(unlisted, "index 4", one, "1.2.3");
    send(statement(4, now, listed("1.2.3", one)), index);
    refused(unlisted, "index 4", one, "1.2.3");
    runs(two, "2.0.0", false);
  }

  @Test
  void partsOfTwoReleases() throws Exception {
    send(statement(1, now, listed("1.2.3", one), listed("2.0.0", two)), index);
    RefusalReason invalid = RefusalReason.REFUSAL_REASON_ACTION_INVALID;
    refused(invalid, "signed is sample 1.2.3", one, "2.0.0");
    RefusalReason untrusted = RefusalReason.REFUSAL_REASON_BUNDLE_UNTRUSTED;
    OuterTar first = OuterTar.read(one.bytes);
    OuterTar second = OuterTar.read(two.bytes);
    controller.bundles.put(two.digest, one.bytes);
    refused(untrusted, "(WRONG_BUNDLE)", two, "2.0.0");
    controller.bundles.put(
        two.digest, new OuterTar(second.manifest(), first.signature(), second.rest()).bytes());
    refused(untrusted, "(SIGNATURE_INVALID)", two, "2.0.0");
    SignedBundle other =
        new SignedBundle(
            agent.root.resolve("made/other"), toml("2.0.0"), now, one, "#!/bin/sh\necho bad\n");
    controller.bundles.put(
        two.digest,
        new OuterTar(second.manifest(), second.signature(), OuterTar.read(other.bytes).rest())
            .bytes());
    refused(untrusted, "(PAYLOAD_REFUSED)", two, "2.0.0");
    controller.bundles.put(two.digest, two.bytes);
    runs(two, "2.0.0", false);
  }

  @Test
  void aBundleThatAnotherKeySigned() throws Exception {
    send(statement(1, now, listed("1.2.3", one)), index);
    OuterTar honest = OuterTar.read(one.bytes);
    for (KeyPurpose purpose : KeyPurpose.values()) {
      if (purpose != KeyPurpose.BUNDLE_SIGNER) {
        SigningKeys keys =
            purpose == KeyPurpose.OPERATOR
                ? TestOperator.ANN
                : SigningKeys.below(
                    TestOperator.ROOT,
                    "not a bundle signer",
                    purpose,
                    KeyAlgorithm.ED25519,
                    now,
                    Duration.ofDays(1));
        byte[] signature = DetachedCms.sign(honest.manifest(), keys.key(), keys.chain(), now);
        controller.bundles.put(
            one.digest, new OuterTar(honest.manifest(), signature, honest.rest()).bytes());
        refused(
            RefusalReason.REFUSAL_REASON_BUNDLE_SIGNER_WRONG_PURPOSE,
            "(SIGNER_WRONG_PURPOSE)",
            one,
            "1.2.3");
      }
    }
    byte[] altered = one.bytes.clone();
    altered[600] ^= 1;
    controller.bundles.put(one.digest, altered);
    refused(RefusalReason.REFUSAL_REASON_BUNDLE_UNTRUSTED, "refused", one, "1.2.3");
    controller.bundles.put(one.digest, one.bytes);
    runs(one, "1.2.3", false);
  }

  @Test
  void aControllerWhoseCertificateWasRevoked() throws Exception {
    ScriptedController.Stream first = controller.stream();
    send(statement(1, now), index);
    String revoked = Fingerprints.sha256(fleet.controllers.getFirst());
    send(
        new TrustIndex(
            2,
            now,
            now.plus(Duration.ofHours(1)),
            List.of(),
            new Revoked(new TreeSet<>(List.of(revoked)), new TreeSet<>(), new TreeSet<>())),
        index);
    await().atMost(Duration.ofSeconds(20)).until(() -> first.ended);
    await().atMost(Duration.ofSeconds(20)).until(() -> agent.log().contains("was revoked"));
    assertThat(controller.hellos).hasSize(1);
    // Nor after a restart.
    agent.kill();
    agent.start();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> agent.log().split("was revoked", -1).length > 3);
    assertThat(controller.hellos).hasSize(1);
  }

  private static SigningKeys signer(SignedBundle bundle) throws Exception {
    return SigningKeys.read(bundle.folder.resolve("signer"));
  }
}
