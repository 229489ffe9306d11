package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Timestamp;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.Checkpoint;
import dev.hostler.proto.v1.CheckpointHeld;
import dev.hostler.proto.v1.CheckpointHost;
import dev.hostler.proto.v1.CheckpointServiceGrpc;
import dev.hostler.proto.v1.CheckpointState;
import dev.hostler.proto.v1.GetCheckpointRequest;
import dev.hostler.proto.v1.ListCheckpointsRequest;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.RefusalReason;
import dev.hostler.trust.job.JobWork;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is known of checkpoints: from jobs and the results of hosts to operators. */
class CheckpointsTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private static final List<String> PATHS = List.of("/etc/ssh", "/etc/hosts");

  private EngineFixture engine;
  private CheckpointServiceGrpc.CheckpointServiceBlockingStub checkpoints;
  private String name;
  private final List<String> names = new ArrayList<>();

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    checkpoints = CheckpointServiceGrpc.newBlockingStub(engine.channel);
    String unique = UUID.randomUUID().toString();
    name = "c-" + unique;
    for (String host : List.of("a", "b", "c")) {
      names.add(host + "-" + unique);
      engine.host(names.getLast());
    }
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private Job submit(JobWork.Checkpoint work, List<String> hosts) {
    return engine.submit(new TestJob(Instant.now(), work), hosts);
  }

  private Job create(List<String> hosts) {
    return submit(JobWork.Checkpoint.create(name, PATHS, ""), hosts);
  }

  /** A host takes its next task and ends it like this. */
  private void ends(String host, AttemptResult.Builder result) {
    try (ScriptedAgent agent = engine.connect(engine.hosts.get(host).id())) {
      agent.slots(1);
      AttemptRef ref = agent.awaitAssignment().getRef();
      agent.ended(ref, result);
      agent.awaitResultAck(ref);
    }
  }

  private static AttemptResult.Builder exited() {
    return AttemptResult.newBuilder().setOutcome(Outcome.OUTCOME_EXITED);
  }

  private AttemptResult.Builder kept(String snapshot) {
    return exited()
        .setCheckpoint(
            CheckpointHeld.newBuilder()
                .setName(name)
                .setSnapshot(snapshot)
                .setTakenAt(Timestamp.newBuilder().setSeconds(1_700_000_000))
                .setEntries(7)
                .setBytes(4096)
                .setStoredBytes(1000));
  }

  private AttemptResult.Builder refused(RefusalReason reason, String message) {
    return AttemptResult.newBuilder()
        .setOutcome(Outcome.OUTCOME_REFUSED)
        .setRefusal(reason)
        .setMessage(message)
        .setCheckpoint(CheckpointHeld.newBuilder().setName(name));
  }

  private Checkpoint get() {
    return checkpoints.getCheckpoint(GetCheckpointRequest.newBuilder().setName(name).build());
  }

  private Map<String, CheckpointHost> hosts() {
    return get().getHostsList().stream()
        .collect(Collectors.toMap(CheckpointHost::getHostName, one -> one));
  }

  private boolean listed() {
    return checkpoints
        .listCheckpoints(ListCheckpointsRequest.getDefaultInstance())
        .getCheckpointsList()
        .stream()
        .anyMatch(one -> one.getName().equals(name));
  }

  @Test
  void whoHasItAndWhoDoesNotIsToldAsHostsSay() {
    Job job = create(names);
    assertThat(get().getPending()).isEqualTo(3);
    ends(names.get(0), kept("t.1"));
    ends(names.get(1), refused(RefusalReason.REFUSAL_REASON_SNAPSHOT_NO_ROOM, "no room for more"));

    Checkpoint seen = get();
    assertThat(seen.getPathsList()).isEqualTo(PATHS);
    assertThat(seen.getCreatedBy()).isEqualTo("alice");
    assertThat(seen.hasCreatedAt()).isTrue();
    assertThat(seen.getKept()).isOne();
    assertThat(seen.getMissing()).isOne();
    assertThat(seen.getPending()).isOne();
    assertThat(seen.getStoredBytes()).isEqualTo(1000);
    assertThat(seen.getHostsList())
        .extracting(CheckpointHost::getHostName)
        .containsExactlyElementsOf(names);
    CheckpointHost kept = seen.getHosts(0);
    assertThat(kept.getState()).isEqualTo(CheckpointState.CHECKPOINT_STATE_KEPT);
    assertThat(kept.getSnapshot()).isEqualTo("t.1");
    assertThat(kept.getTakenAt().getSeconds()).isEqualTo(1_700_000_000);
    assertThat(kept.getTakenBy()).isEqualTo("alice");
    assertThat(kept.getEntries()).isEqualTo(7);
    assertThat(kept.getBytes()).isEqualTo(4096);
    CheckpointHost missing = seen.getHosts(1);
    assertThat(missing.getState()).isEqualTo(CheckpointState.CHECKPOINT_STATE_MISSING);
    assertThat(missing.getMessage()).isEqualTo("refused: no room for more");
    assertThat(missing.getSnapshot()).isEmpty();
    assertThat(seen.getHosts(2).getState()).isEqualTo(CheckpointState.CHECKPOINT_STATE_PENDING);
    assertThat(seen.getHosts(2).getConnected()).isFalse();
    assertThat(seen.getHosts(2).getJobId()).isEqualTo(job.id().toString());

    engine.engine.jobs().cancel(job.id(), "alice");
    await().untilAsserted(() -> assertThat(get().getHosts(2).getMessage()).startsWith("cancelled"));
    assertThat(listed()).isTrue();
  }

  @Test
  void moreHostsGetItWithTheSamePathsOnly() {
    create(names.subList(0, 1));
    ends(names.get(0), kept("t.1"));
    create(names.subList(0, 2));
    assertThat(hosts().get(names.get(0)).getState())
        .as("what a host has stays")
        .isEqualTo(CheckpointState.CHECKPOINT_STATE_KEPT);
    assertThat(hosts()).hasSize(2);
    assertThatThrownBy(() ->
            submit(JobWork.Checkpoint.create(name, List.of("/etc/ssh"), ""), names.subList(2, 3)))
        .hasMessageContaining("checkpoint.name: \"" + name + "\"")
        .hasMessageContaining("/etc/ssh /etc/hosts");
    assertThat(hosts()).hasSize(2);
  }

  @Test
  void hostsHaveTheLastWord() {
    create(names.subList(0, 2));
    ends(names.get(0), kept("t.1"));
    ends(names.get(1), kept("t.2"));
    submit(JobWork.Checkpoint.plan(name, ""), names);
    ends(
        names.get(0),
        refused(RefusalReason.REFUSAL_REASON_CHECKPOINT_MISSING, "there is no checkpoint"));
    assertThat(hosts().get(names.get(0)).getMessage()).isEqualTo("refused: there is no checkpoint");
    assertThat(get().getStoredBytes()).isEqualTo(1000);
    ends(names.get(2), kept("t.3")); // made when another controller was here
    assertThat(hosts().get(names.get(2)).getSnapshot()).isEqualTo("t.3");
    ends(names.get(1), exited()); // an agent that says nothing
    assertThat(hosts().get(names.get(1)).getSnapshot()).isEqualTo("t.2");

    submit(JobWork.Checkpoint.remove(name, "done"), names);
    AttemptResult.Builder gone =
        exited().setCheckpoint(CheckpointHeld.newBuilder().setName(name).setRemoved(true));
    ends(names.get(0), gone);
    ends(names.get(1), gone);
    assertThat(hosts().keySet()).containsExactly(names.get(2));
    ends(names.get(2), gone);
    assertThat(listed()).isFalse();
    assertThatThrownBy(this::get)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND")
        .hasMessageContaining("hostler checkpoint list");
  }

  @Test
  void whatAHostMayNotSayIsCutAndOfNoUse() {
    create(names.subList(0, 1));
    ends(
        names.get(0),
        exited()
            .setCheckpoint(
                CheckpointHeld.newBuilder()
                    .setName(name)
                    .setSnapshot("s\0".repeat(5000))
                    .setEntries(-1)
                    .setBytes(-1)
                    .setStoredBytes(-1)));
    CheckpointHost told = hosts().get(names.get(0));
    assertThat(told.getSnapshot().length()).isLessThan(10_000);
    assertThat(told.getBytes()).isZero();
    create(names.subList(1, 2));
    ends(
        names.get(1),
        exited()
            .setCheckpoint(CheckpointHeld.newBuilder().setName("nobody-asked").setSnapshot("x")));
    assertThat(hosts().get(names.get(1)).getMessage()).isEqualTo("succeeded");
    assertThatThrownBy(() ->
            checkpoints.getCheckpoint(
                GetCheckpointRequest.newBuilder().setName("nobody-asked").build()))
        .hasMessageContaining("NOT_FOUND");
  }

  @Test
  void itGoesWithItsLastHost() {
    create(names.subList(0, 2));
    ends(names.get(0), kept("t.1"));
    engine.hosts.remove(Actor.operator("alice"), names.get(0));
    assertThat(hosts().keySet()).containsExactly(names.get(1));
    assertThat(engine.checkpoints.standings(name)).hasSize(1);
    engine.hosts.remove(Actor.operator("alice"), names.get(1));
    assertThat(listed()).isFalse();
    assertThatThrownBy(this::get).hasMessageContaining("NOT_FOUND");
  }

  @Test
  void anOldJobNoLongerSaysWhy() {
    Job job = create(names.subList(0, 1));
    ends(names.get(0), refused(RefusalReason.REFUSAL_REASON_POLICY, "not here"));
    engine.database.execute(tx -> {
      tx.handle()
          .execute(
              "DELETE FROM attempts WHERE task_id IN (SELECT id FROM tasks WHERE job_id = ?)",
              job.id());
      tx.handle().execute("DELETE FROM tasks WHERE job_id = ?", job.id());
      tx.handle().execute("DELETE FROM jobs WHERE id = ?", job.id());
    });
    assertThat(hosts().get(names.get(0)).getMessage()).contains("removed because of its age");
  }
}
