package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.event;
import static dev.hostler.cli.fake.Samples.exited;
import static dev.hostler.cli.fake.Samples.running;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is signed by the commands about snapshots. */
class SnapshotCommandsTest extends CliTest {

  @ParameterizedTest
  @CsvSource({
    "list, list, '', false, ''",
    "show a.1, show, a.1, false, ''",
    "diff a.1, diff, a.1, false, ''",
    "restore a.1 --reason why, restore, a.1, false, why",
    "restore a.1 --reason why --force, restore, a.1, true, why",
    "restore a.1 --reason why --chain, rewind, a.1, false, why",
    "pin a.1 --reason why, pin, a.1, false, why",
    "pin a.1 --off --reason why, unpin, a.1, false, why",
    "remove a.1 --reason why, remove, a.1, false, why"
  })
  void eachIsASignedJob(String line, String verb, String id, boolean force, String reason)
      throws JobException {
    controller.answer(JobServiceGrpc.getSubmitJobMethod(), request -> running(1));
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          answers.onNext(event(running(1)));
          answers.onNext(event(exited("a", 0)));
          answers.onNext(event(ended(1, 0)));
          answers.onCompleted();
        });
    Result result = run(("snapshot " + line + " --host a").split(" "));
    assertThat(result.code()).as(result.err()).isZero();
    byte[] statement =
        controller
            .requests(SubmitJobRequest.class)
            .getFirst()
            .getJob()
            .getStatement()
            .toByteArray();
    assertThat(JobStatement.read(statement).work())
        .isEqualTo(new JobWork.Snapshot(verb, id, force, reason));
  }

  @ParameterizedTest
  @CsvSource({
    "restore a.1, --reason",
    "remove a.1, --reason",
    "pin a.1, --reason",
    "show, ID",
    "show ../x, snapshot.id"
  })
  void whatIsMissingIsSaid(String line, String missing) {
    Result result = run(("snapshot " + line + " --host a").split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(missing);
    assertThat(controller.requests(SubmitJobRequest.class)).isEmpty();
  }
}
