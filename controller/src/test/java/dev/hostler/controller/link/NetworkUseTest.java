package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListTasksRequest;
import dev.hostler.proto.v1.NetworkUse;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.PeerUse;
import dev.hostler.proto.v1.ResourceUse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What attempts did over the network: from results to the database and to operators. */
class NetworkUseTest {
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

  /** What an operator sees of this use. */
  private ResourceUse seen(ResourceUse.Builder told) {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.ended(ref, AttemptResult.newBuilder().setOutcome(Outcome.OUTCOME_EXITED).setUse(told));
    agent.awaitResultAck(ref);
    agent.close();
    return JobServiceGrpc.newBlockingStub(engine.channel)
        .listTasks(ListTasksRequest.newBuilder().setJobId(job.id().toString()).build())
        .getTasks(0)
        .getResult()
        .getUse();
  }

  @Test
  void aResultTellsWhomItReached() {
    NetworkUse use =
        NetworkUse.newBuilder()
            .setConnections(4)
            .setRefused(3)
            .setMostAtOnce(2)
            .setSentBytes(1L << 40)
            .setReceivedBytes(7)
            .addPeers(
                PeerUse.newBuilder()
                    .setPeer("repo.example:443")
                    .setConnections(4)
                    .setSentBytes(1L << 40)
                    .setReceivedBytes(7))
            .build();

    assertThat(seen(ResourceUse.newBuilder().setNetwork(use)).getNetwork()).isEqualTo(use);
    assertThat(seen(ResourceUse.newBuilder()).hasNetwork()).isFalse();
  }

  @Test
  void whatAHostMayNotSayIsCut() {
    NetworkUse.Builder use = NetworkUse.newBuilder().setConnections(-1).setSentBytes(-5);
    for (int i = 0; i < 100; i++) {
      use.addPeers(PeerUse.newBuilder().setPeer("x".repeat(1000)).setConnections(-1));
    }

    NetworkUse seen = seen(ResourceUse.newBuilder().setNetwork(use)).getNetwork();

    assertThat(seen.getConnections()).isZero();
    assertThat(seen.getSentBytes()).isZero();
    assertThat(seen.getPeersList()).hasSize(65);
    assertThat(seen.getPeers(0).getPeer()).hasSize(260);
    assertThat(seen.getPeers(0).getConnections()).isZero();
  }
}
