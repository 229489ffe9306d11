package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListTasksRequest;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.SnapshotDeed;
import dev.hostler.proto.v1.SnapshotResult;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What attempts did about snapshots: from results to the database and to operators. */
class SnapshotResultsTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private EngineFixture engine;
  private String name;
  private UUID host;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    name = "h-" + UUID.randomUUID();
    host = engine.host(name);
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  /** What an operator sees of these. */
  private List<SnapshotResult> seen(List<SnapshotResult> told) {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.ended(
        ref, AttemptResult.newBuilder().setOutcome(Outcome.OUTCOME_EXITED).addAllSnapshots(told));
    agent.awaitResultAck(ref);
    agent.close();
    return JobServiceGrpc.newBlockingStub(engine.channel)
        .listTasks(ListTasksRequest.newBuilder().setJobId(job.id().toString()).build())
        .getTasks(0)
        .getResult()
        .getSnapshotsList();
  }

  @Test
  void everyDeedComesThroughWithItsNumbers() {
    List<SnapshotResult> told = new ArrayList<>();
    for (SnapshotDeed deed : SnapshotDeed.values()) {
      if (deed != SnapshotDeed.UNRECOGNIZED && deed != SnapshotDeed.SNAPSHOT_DEED_UNSPECIFIED) {
        told.add(
            SnapshotResult.newBuilder()
                .setId("task." + told.size())
                .setDeed(deed)
                .setIdentical(told.size() % 2 == 0)
                .setChanges(told.size())
                .setDifferences(2)
                .setConflicts(3)
                .addLines("conflict /etc/ä  (changed since)")
                .setStoredBytes(1L << 40)
                .build());
      }
    }
    assertThat(told).hasSize(11);
    assertThat(seen(told)).isEqualTo(told);
    assertThat(seen(List.of())).isEmpty();
  }

  @Test
  void whatAHostMayNotSayIsCut() {
    SnapshotResult.Builder much =
        SnapshotResult.newBuilder()
            .setId("x".repeat(1000))
            .setDeed(SnapshotDeed.SNAPSHOT_DEED_RESTORED)
            .setChanges(-1)
            .setDifferences(-1)
            .setConflicts(-1)
            .setStoredBytes(-1);
    for (int i = 0; i < 60; i++) {
      much.addLines("y".repeat(5000));
    }
    SnapshotResult later = SnapshotResult.newBuilder().setId("z").setDeedValue(99).build();

    List<SnapshotResult> seen = seen(List.of(much.build(), later));

    assertThat(seen).as("what is done later is not known yet").hasSize(1);
    assertThat(seen.getFirst().getId()).hasSize(200);
    assertThat(seen.getFirst().getLinesList()).hasSize(50);
    assertThat(seen.getFirst().getLines(0)).hasSize(4096);
    assertThat(seen.getFirst().getChanges()).isZero();
    assertThat(seen.getFirst().getStoredBytes()).isZero();
  }
}
