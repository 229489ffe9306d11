package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.exited;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListTasksResponse;
import dev.hostler.proto.v1.NetworkUse;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.PeerUse;
import dev.hostler.proto.v1.ResourceUse;
import dev.hostler.proto.v1.TaskState;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What was done over the network, as people and programs see it. */
class NetworkUseCommandsTest extends CliTest {

  @Test
  void aJobShowsWhomItsTasksReached() {
    ResourceUse.Builder use =
        ResourceUse.newBuilder()
            .setNetwork(
                NetworkUse.newBuilder()
                    .setConnections(3)
                    .setRefused(2)
                    .setMostAtOnce(2)
                    .setSentBytes(5)
                    .setReceivedBytes(3 << 20)
                    .addPeers(
                        PeerUse.newBuilder()
                            .setPeer("repo.example:443")
                            .setConnections(3)
                            .setSentBytes(5)
                            .setReceivedBytes(3 << 20)));
    controller.answer(JobServiceGrpc.getGetJobMethod(), _ -> ended(2, 0));
    controller.answer(
        JobServiceGrpc.getListTasksMethod(),
        _ ->
            ListTasksResponse.newBuilder()
                .addTasks(
                    ended(
                        "a",
                        TaskState.TASK_STATE_SUCCEEDED,
                        AttemptResult.newBuilder().setOutcome(Outcome.OUTCOME_EXITED).setUse(use)))
                .addTasks(exited("b", 0))
                .build());

    assertThat(run("job", "show", "job-1").out())
        .containsPattern("HOST +PEER +CONNECTIONS +SENT +RECEIVED")
        .containsPattern("a +repo.example:443 +3 +5 B +3.0 MiB")
        .containsPattern("a +\\(refused\\) +2");
    JsonNode tasks = run("job", "show", "job-1", "-o", "json").json().get("tasks");
    JsonNode network = tasks.get(0).get("result").get("network");
    assertThat(network.get("connections").longValue()).isEqualTo(3);
    assertThat(network.get("most_at_once").longValue()).isEqualTo(2);
    assertThat(network.get("peers").get(0).get("peer").stringValue()).isEqualTo("repo.example:443");
    assertThat(tasks.get(1).get("result").hasNonNull("network")).isFalse();
  }
}
