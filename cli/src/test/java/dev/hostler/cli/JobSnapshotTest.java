package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.exited;
import static dev.hostler.cli.fake.Samples.running;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListTasksResponse;
import dev.hostler.proto.v1.SnapshotDeed;
import dev.hostler.proto.v1.SnapshotResult;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.proto.v1.Task;
import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobStatement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What a job has hosts keep, and how what became of it looks. */
class JobSnapshotTest extends CliTest {

  private JobCapture signed() throws JobException {
    byte[] statement =
        controller
            .requests(SubmitJobRequest.class)
            .getFirst()
            .getJob()
            .getStatement()
            .toByteArray();
    return JobStatement.read(statement).capture();
  }

  @Test
  void whatIsToBeKeptIsSigned() throws Exception {
    controller.answer(JobServiceGrpc.getSubmitJobMethod(), request -> running(1));
    Result result =
        run(
            "run --host a --detach --snapshot /etc/ssh --snapshot /srv --snapshot /srv --rollback -- x"
                .split(" "));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(signed()).isEqualTo(new JobCapture(List.of("/etc/ssh", "/srv"), true));
  }

  @Test
  void nothingIsKeptByItself() throws Exception {
    controller.answer(JobServiceGrpc.getSubmitJobMethod(), request -> running(1));
    run("run --host a --detach -- x".split(" "));
    assertThat(signed()).isEqualTo(JobCapture.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "--snapshot /proc -- x, --snapshot /proc: is made by the kernel",
    "--snapshot / -- x, --snapshot /: is the whole host",
    "--snapshot etc -- x, is not an absolute path",
    "--rollback -- x, say with --snapshot PATH what",
    "--preview --rollback b a, a preview changes nothing",
    "--apply-preview j --snapshot /etc, takes nothing to run"
  })
  void whatNoHostWouldTakeIsNotSigned(String line, String message) {
    Result result = run(("run --host a " + line).split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(message);
    assertThat(controller.requests(SubmitJobRequest.class)).isEmpty();
  }

  private static Task did(String host, SnapshotResult.Builder... results) {
    Task.Builder task = exited(host, 1).toBuilder();
    for (SnapshotResult.Builder one : results) {
      task.getResultBuilder().addSnapshots(one);
    }
    return task.build();
  }

  @Test
  void whatBecameOfItIsShownInNumbers() {
    controller.answer(JobServiceGrpc.getGetJobMethod(), request -> ended(1, 1));
    controller.answer(
        JobServiceGrpc.getListTasksMethod(),
        request ->
            ListTasksResponse.newBuilder()
                .addTasks(
                    did(
                        "a",
                        SnapshotResult.newBuilder()
                            .setId("t.1")
                            .setDeed(SnapshotDeed.SNAPSHOT_DEED_ROLLED_BACK)
                            .setIdentical(true)
                            .setChanges(7)))
                .addTasks(
                    did(
                        "b",
                        SnapshotResult.newBuilder()
                            .setId("u.1")
                            .setDeed(SnapshotDeed.SNAPSHOT_DEED_RESTORED)
                            .setDifferences(2)
                            .addLines("failed   /a  (mode)"),
                        SnapshotResult.newBuilder()
                            .setId("v.1")
                            .setDeed(SnapshotDeed.SNAPSHOT_DEED_TAKEN)
                            .setStoredBytes(9)))
                .build());
    assertThat(run("job", "show", "job-1").out().lines().map(line -> line.replaceAll(" +", " ")))
        .contains(
            "HOST SNAPSHOT WHAT IDENTICAL CHANGES DIFFERENCES CONFLICTS",
            "a t.1 rolled back yes 7 0 0",
            "b u.1 restored no 0 2 0",
            "b v.1 taken - 0 - 0");
    JsonNode json = run("job", "show", "job-1", "-o", "json").json();
    JsonNode first = json.at("/tasks/0/result/snapshots/0");
    assertThat(first.get("deed").stringValue()).isEqualTo("rolled_back");
    assertThat(first.get("identical").booleanValue()).isTrue();
    assertThat(first.get("changes").intValue()).isEqualTo(7);
    assertThat(json.at("/tasks/1/result/snapshots/0/lines/0").stringValue())
        .isEqualTo("failed   /a  (mode)");
    JsonNode taken = json.at("/tasks/1/result/snapshots/1");
    assertThat(taken.get("stored_bytes").intValue()).isEqualTo(9);
    assertThat(taken.has("identical")).isFalse();
  }
}
