package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobState;
import dev.hostler.controller.job.TaskState;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.output.Position;
import dev.hostler.controller.output.Stream;
import dev.hostler.controller.output.StreamId;
import dev.hostler.proto.v1.Assignment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AgentLinkTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private EngineFixture engine;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void runsACommandFromSubmissionToEnd() {
    UUID host = engine.host("one");
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.slots(1);
      Job job = engine.submit(List.of("one"));
      Assignment assignment = agent.awaitAssignment();
      assertThat(assignment.getJobId()).isEqualTo(job.id().toString());
      assertThat(assignment.getJob().getStatement().toStringUtf8())
          .contains("\"command\":[\"echo\",\"hi\"]");
      assertThat(assignment.getRef().getAttempt()).isEqualTo(1);
      agent.accepted(assignment.getRef());
      agent.running(assignment.getRef());
      byte[] hi = "hi\n".getBytes(StandardCharsets.UTF_8);
      agent.stdout(assignment.getRef(), 0, hi);
      agent.exited(assignment.getRef(), 0, hi.length);
      agent.awaitAck(assignment.getRef(), 3);
      agent.awaitResultAck(assignment.getRef());
      Job ended = engine.engine.jobs().get(job.id());
      assertThat(ended.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(ended.counts().succeeded()).isEqualTo(1);
      var task = engine.task(job.id());
      assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(task.result().outputError()).isEmpty();
      var id = new StreamId(task.id(), 1, Stream.STDOUT);
      var pieces =
          engine.database.transact(
              tx -> new OutputStore().read(tx, List.of(new Position(id, 0)), 1000));
      assertThat(pieces).singleElement().satisfies(p -> assertThat(p.data()).isEqualTo(hi));
    }
    await().until(() -> !engine.sessions.isConnected(host));
  }
}
