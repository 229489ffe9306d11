package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.Task;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.output.Position;
import dev.hostler.controller.output.Stream;
import dev.hostler.controller.output.StreamId;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.GetJobRequest;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ReadOutputRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What ended long ago goes: first its output, much later all of it. */
class RetentionTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private EngineFixture engine;
  private String name;
  private ScriptedAgent agent;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    name = "h-" + UUID.randomUUID();
    agent = engine.connect(engine.host(name));
    agent.slots(10);
  }

  @AfterEach
  void stop() {
    agent.close();
    engine.close();
  }

  /** A job that wrote something, and ended so many days ago. */
  private Job ended(int daysAgo) {
    Job job = engine.submit(List.of(name));
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    // More pieces than are removed at once.
    for (int i = 0; i < 450; i++) {
      agent.stdout(ref, i * 10, "123456789\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    agent.exited(ref, 0, 4500);
    agent.awaitResultAck(ref);
    engine.database.execute(tx ->
        tx.handle()
            .execute(
                "UPDATE jobs SET ended_at = now() - make_interval(days => ?) WHERE id = ?",
                daysAgo,
                job.id()));
    return job;
  }

  private boolean hasOutput(Task task) {
    Position from = new Position(new StreamId(task.id(), 1, Stream.STDOUT), 0);
    return !engine
        .database
        .transact(tx -> new OutputStore().read(tx, List.of(from), 1000))
        .isEmpty();
  }

  private JobServiceGrpc.JobServiceBlockingStub client() {
    return JobServiceGrpc.newBlockingStub(engine.channel);
  }

  private int rows(String table, String column, UUID id) {
    return engine.database.transact(tx ->
        tx.handle()
            .createQuery("SELECT count(*) FROM " + table + " WHERE " + column + " = :id")
            .bind("id", id)
            .mapTo(Integer.class)
            .one());
  }

  @Test
  void outputGoesBeforeTheResultsDoAndReadersAreTold() throws Exception {
    Job young = ended(89);
    Job old = ended(91);
    Task oldTask = engine.task(old.id());
    assertThat(hasOutput(oldTask)).isTrue();
    engine.engine.retention().run();

    assertThat(hasOutput(engine.task(young.id()))).isTrue();
    assertThat(hasOutput(oldTask)).isFalse();
    assertThat(engine.task(old.id()).result()).isEqualTo(oldTask.result());
    GetJobRequest get = GetJobRequest.newBuilder().setJobId(old.id().toString()).build();
    assertThat(client().getJob(get).hasOutputRemovedAt()).isTrue();
    ReadOutputRequest read = ReadOutputRequest.newBuilder().setJobId(old.id().toString()).build();
    assertThatThrownBy(() -> client().readOutput(read).hasNext())
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
              assertThat(e.getStatus().getDescription()).contains("was removed at");
            });
    ReadOutputRequest other =
        ReadOutputRequest.newBuilder().setJobId(young.id().toString()).build();
    assertThat(client().readOutput(other).hasNext()).isTrue();
  }

  @Test
  void aJobGoesWithAllThatIsKnownOfIt() throws Exception {
    Job young = ended(364);
    Job old = ended(366);
    UUID task = engine.task(old.id()).id();
    engine.database.execute(tx ->
        tx.handle()
            .execute(
                """
                INSERT INTO denials (task_id, attempt, slot, call, detail, count, first_at, last_at, thread, routine)
                VALUES (?, 1, 0, 'mount', '', 1, now(), now(), 1, false)
                """,
                task));
    engine.engine.retention().run();
    assertThat(rows("jobs", "id", old.id())).isZero();
    assertThat(rows("tasks", "id", task)).isZero();
    for (String table : List.of("attempts", "denials", "output_chunks")) {
      assertThat(rows(table, "task_id", task)).as(table).isZero();
    }
    assertThat(rows("jobs", "id", young.id())).isOne();
    assertThat(rows("tasks", "job_id", young.id())).isOne();
    engine.engine.retention().run();
  }

  @Test
  void whatHasNotEndedStays() throws Exception {
    Job job = engine.submit(List.of(name));
    engine.database.execute(tx ->
        tx.handle()
            .execute(
                "UPDATE jobs SET created_at = now() - interval '3 years' WHERE id = ?", job.id()));
    engine.engine.retention().run();
    assertThat(rows("tasks", "job_id", job.id())).isOne();
  }

  @Test
  void itEndsBetweenTwoTransactionsWhenItIsToldTo() throws Exception {
    Job old = ended(366);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> engine.engine.retention().run())
        .isInstanceOf(InterruptedException.class);
    engine.engine.retention().run();
    assertThat(rows("jobs", "id", old.id())).isZero();
  }
}
