package dev.hostler.agent.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.hostler.agent.work.JobDraft;
import dev.hostler.agent.work.TestOperator;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.Assignment;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.RefusalReason;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.Operator;
import dev.hostler.trust.job.OperatorKeys;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetTree;
import dev.hostler.trust.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A controller in an attacker's hands tries to have an agent run what no operator signed for it.
 * Each try is refused on the host, with a reason of its own, and nothing is started.
 */
class ForgeryTest {
  @TempDir Path dir;
  private ScriptedController controller;
  private Rig rig;
  private int tries;

  @BeforeEach
  void start() throws Exception {
    controller = new ScriptedController();
    rig = new Rig(dir, controller);
    rig.maxParallel = 64;
    connect();
  }

  private void connect() throws Exception {
    int before = controller.hellos.size();
    rig.start();
    await().until(() -> controller.hellos.size() > before);
    await().until(() -> controller.slots(controller.stream()) > 0);
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
    controller.close();
  }

  private void refused(RefusalReason reason, Assignment.Builder forged) {
    String task = "try-" + ++tries;
    controller.stream().assign(forged.setRef(ScriptedController.ref(task, 1)));
    await().until(() -> controller.results.containsKey(task + ".1"));
    var result = controller.results.get(task + ".1");
    assertThat(result.getOutcome()).isEqualTo(Outcome.OUTCOME_REFUSED);
    assertThat(result.getRefusal()).as(result.getMessage()).isEqualTo(reason);
    assertThat(result.getMessage()).isNotEmpty();
    assertThat(rig.executor.started).noneMatch(id -> id.taskId().equals(task));
  }

  private void runs(String task, int number, Assignment.Builder honest) {
    controller.stream().assign(honest.setRef(ScriptedController.ref(task, number)));
    await().until(() -> controller.results.containsKey(task + "." + number));
    assertThat(controller.results.get(task + "." + number).getOutcome())
        .isEqualTo(Outcome.OUTCOME_EXITED);
  }

  private static JobDraft draft() {
    return JobDraft.command("true").env("LEVEL", "debug").timeout(Duration.ofSeconds(20));
  }

  private static Assignment.Builder with(byte[] statement, byte[] signature) {
    JobDraft draft = draft();
    return JobDraft.wire("x", 1, new SignedJob(statement, signature), draft.proof());
  }

  private static byte[] sign(byte[] statement, SigningKeys keys) throws Exception {
    return DetachedCms.sign(statement, keys.key(), keys.chain(), Instant.now());
  }

  /** Every value in a statement, each with another in its place. */
  private static List<JsonNode> altered(JsonNode whole) {
    List<JsonNode> all = new ArrayList<>();
    if (whole instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        for (JsonNode other : altered(member.getValue())) {
          all.add(object.deepCopy().set(member.getKey(), other));
        }
        all.add(object.deepCopy().without(member.getKey()));
      }
      all.add(object.deepCopy().put("more", 1));
    } else if (whole instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        for (JsonNode other : altered(array.get(i))) {
          ArrayNode copy = array.deepCopy();
          copy.set(i, other);
          all.add(copy);
        }
      }
      all.add(array.deepCopy().add("more"));
    } else {
      ArrayNode values = Json.MAPPER.createArrayNode();
      switch (whole.getNodeType()) {
        case STRING -> values.add(whole.asString() + "x");
        case BOOLEAN -> values.add(!whole.asBoolean());
        default -> values.add(whole.asLong() + 1);
      }
      values.forEach(all::add);
    }
    return all;
  }

  @Test
  void alteringAnyFieldOfACommandOrAnAction() {
    JobDraft action =
        new JobDraft(
            new JobWork.Action("web", "1.2.0", "go", "ab".repeat(32), "{\"a\":{\"b\":[1,true]}}"));
    for (JobDraft draft : List.of(draft(), action)) {
      SignedJob job = draft.sign();
      List<JsonNode> forged = altered(Json.parse(job.statement()));
      assertThat(forged.size()).isGreaterThan(25);
      for (JsonNode one : forged) {
        refused(
            RefusalReason.REFUSAL_REASON_JOB_ALTERED,
            JobDraft.wire(
                "x", 1, new SignedJob(Json.canonical(one), job.signature()), draft.proof()));
      }
    }
    assertThat(rig.executor.started).isEmpty();
  }

  @Test
  void droppingAPart() {
    RefusalReason unsigned = RefusalReason.REFUSAL_REASON_JOB_UNSIGNED;
    refused(unsigned, draft().wire("x", 1).clearJob());
    SignedJob job = draft().sign();
    refused(unsigned, with(job.statement(), new byte[0]));
    refused(unsigned, with(new byte[0], job.signature()));
    RefusalReason target = RefusalReason.REFUSAL_REASON_JOB_NOT_A_TARGET;
    refused(target, draft().wire("x", 1).clearTargetPath());
    refused(target, draft().wire("x", 1).clearTargetCount());
    refused(target, draft().wire("x", 1).clearTargetIndex());
  }

  @Test
  void passingOneSignatureOffAsThatOfAnotherJob() {
    refused(
        RefusalReason.REFUSAL_REASON_JOB_ALTERED,
        with(draft().sign().statement(), draft().sign().signature()));
    refused(
        RefusalReason.REFUSAL_REASON_JOB_MALFORMED,
        with(draft().sign().statement(), new byte[] {0x30, 1, 2}));
  }

  @Test
  void sendingAJobToAHostThatItWasNotMeantFor() {
    JobDraft others = draft();
    TargetTree tree = TargetTree.of(List.of("host-0", "host-2", "host-3"));
    others.targets = tree.targets();
    SignedJob job = others.sign();
    RefusalReason target = RefusalReason.REFUSAL_REASON_JOB_NOT_A_TARGET;
    refused(target, JobDraft.wire("x", 1, job, tree.proof("host-0")));
    refused(target, JobDraft.wire("x", 1, job, others.proof()));
    Assignment.Builder honest = draft().wire("x", 1);
    refused(target, honest.clone().setTargetPath(0, ByteString.copyFrom(new byte[32])));
    refused(target, honest.clone().setTargetIndex(honest.getTargetIndex() + 1));
  }

  @Test
  void deliveringItTwiceOrReplayingIt() throws Exception {
    JobDraft draft = draft();
    SignedJob job = draft.sign();
    Assignment.Builder honest = JobDraft.wire("once", 1, job, draft.proof());
    runs("once", 1, honest.clone());
    await().until(() -> rig.ledger.entries().isEmpty());
    // The same again is dropped in silence, under another name it is a replay.
    controller.stream().assign(honest.clone());
    RefusalReason replayed = RefusalReason.REFUSAL_REASON_JOB_REPLAYED;
    refused(replayed, honest.clone());
    controller.stream().assign(honest.clone().setRef(ScriptedController.ref("once", 2)));
    await().until(() -> controller.results.containsKey("once.2"));
    assertThat(controller.results.get("once.2").getRefusal()).isEqualTo(replayed);
    rig.stop();
    connect();
    refused(replayed, honest.clone());
    // Nor does it help that the host has lost the record of its attempts.
    rig.stop();
    Files.delete(dir.resolve("ledger/log"));
    connect();
    refused(replayed, honest.clone());
    assertThat(rig.executor.started).hasSize(1);
    assertThat(controller.count(AgentFrame::hasRunning)).isEqualTo(1);
  }

  @Test
  void aJobThatWasRecordedJustBeforeAKillIsNotTakenASecondTime() throws Exception {
    JobDraft draft = draft();
    SignedJob job = draft.sign();
    runs("first", 1, JobDraft.wire("first", 1, job, draft.proof()));
    rig.stop();
    // As after a power cut between the two records: only the ledger knows.
    Files.delete(dir.resolve("trust/state/nonces"));
    controller.ackResults = false;
    connect();
    controller.stream().assign(draft().wire("second", 1));
    await().until(() -> controller.results.containsKey("second.1"));
    rig.stop();
    Files.delete(dir.resolve("trust/state/nonces"));
    connect();
    assertThat(rig.ledger.entries()).hasSize(1);
    String nonce = rig.ledger.entries().getFirst().assignment().authority().nonce();
    assertThat(Files.size(dir.resolve("trust/state/nonces"))).isGreaterThan(32);
    assertThat(nonce).hasSize(64);
  }

  @Test
  void holdingItBackOrSendingItEarly() {
    refused(
        RefusalReason.REFUSAL_REASON_EXPIRED,
        draft().expires(Instant.now().minusSeconds(5)).wire("x", 1));
    JobDraft early = draft();
    early.notBefore = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(600);
    refused(RefusalReason.REFUSAL_REASON_JOB_NOT_YET_VALID, early.wire("x", 1));
  }

  @Test
  void signingItWithAnotherKey() throws Exception {
    JobDraft stranger = draft();
    stranger.signer = TestOperator.below(TestOperator.root("another root"), "ann", "admin");
    refused(RefusalReason.REFUSAL_REASON_JOB_SIGNER_UNTRUSTED, stranger.wire("x", 1));
    byte[] statement = draft().sign().statement();
    for (KeyPurpose purpose : KeyPurpose.values()) {
      if (purpose != KeyPurpose.OPERATOR) {
        SigningKeys keys =
            SigningKeys.below(
                TestOperator.ROOT,
                "not an operator",
                purpose,
                KeyAlgorithm.ED25519,
                Instant.now(),
                Duration.ofDays(1));
        refused(
            RefusalReason.REFUSAL_REASON_JOB_SIGNER_WRONG_PURPOSE,
            with(statement, sign(statement, keys)));
      }
    }
    SigningKeys ended =
        OperatorKeys.below(
            TestOperator.ROOT,
            new Operator("ann", new TreeSet<>()),
            KeyAlgorithm.ED25519,
            Instant.now().minus(Duration.ofHours(20)),
            Duration.ofHours(1));
    refused(
        RefusalReason.REFUSAL_REASON_JOB_SIGNER_NOT_VALID_NOW,
        with(statement, sign(statement, ended)));
  }

  @Test
  void havingSomethingElseSignedThatLooksLikeAJob() throws Exception {
    ObjectNode more = (ObjectNode) Json.parse(draft().sign().statement());
    byte[] unknown = Json.canonical(more.put("shell", true));
    refused(
        RefusalReason.REFUSAL_REASON_JOB_MALFORMED, with(unknown, sign(unknown, TestOperator.ANN)));
    byte[] manifest = "{\"format\":1,\"name\":\"web\"}".getBytes();
    refused(
        RefusalReason.REFUSAL_REASON_JOB_MALFORMED,
        with(manifest, sign(manifest, TestOperator.ANN)));
  }

  @Test
  void askingAHostThatTrustsNobody() throws Exception {
    Path roots = TestOperator.pin(dir);
    runs("before", 1, draft().wire("before", 1));
    Files.delete(roots);
    refused(RefusalReason.REFUSAL_REASON_OPERATOR_ROOTS_MISSING, draft().wire("x", 1));
    Files.writeString(roots, "not a certificate");
    refused(RefusalReason.REFUSAL_REASON_OPERATOR_ROOTS_MISSING, draft().wire("x", 1));
    assertThat(controller.results.get("try-1.1").getMessage()).contains("operator-roots.pem");
    TestOperator.pin(dir);
    runs("after", 1, draft().wire("after", 1));
  }
}
