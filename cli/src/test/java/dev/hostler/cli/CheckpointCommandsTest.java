package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.event;
import static dev.hostler.cli.fake.Samples.exited;
import static dev.hostler.cli.fake.Samples.running;
import static dev.hostler.cli.fake.Samples.stdout;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.hostler.cli.console.Terminals;
import dev.hostler.proto.v1.Checkpoint;
import dev.hostler.proto.v1.CheckpointHost;
import dev.hostler.proto.v1.CheckpointServiceGrpc;
import dev.hostler.proto.v1.CheckpointState;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListCheckpointsResponse;
import dev.hostler.proto.v1.SignedJob;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints: what is signed, what is shown, what is asked, what is left out. */
class CheckpointCommandsTest extends CliTest {
  private static final String THIS =
      """
      {"type":"change","change":"changed","path":"/etc/x","kind":"file","what":["content"],\
      "before":{"kind":"file","mode":"0644","owner":"0:0","size":4,"sha256":"aa"},\
      "after":{"kind":"file","mode":"0644","owner":"0:0","size":4,"sha256":"bb"},\
      "insertions":1,"deletions":1,"text":"@@ -1 +1 @@\\n-new\\n+old\\n"}
      {"type":"end","changes":1,"exit_code":0}
      """;
  private static final String NOTHING = "{\"type\":\"end\",\"changes\":0,\"exit_code\":0}\n";

  private boolean allTheSame;
  private boolean planFails;

  private static CheckpointHost.Builder host(String name, CheckpointState state) {
    return CheckpointHost.newBuilder()
        .setHostId("id-" + name)
        .setHostName(name)
        .setState(state)
        .setConnected(true)
        .setJobId("job-0");
  }

  private static final Checkpoint MONDAY =
      Checkpoint.newBuilder()
          .setName("monday")
          .addPaths("/etc/ssh")
          .addPaths("/etc/hosts")
          .setCreatedAt(Timestamp.newBuilder().setSeconds(1_700_000_000))
          .setCreatedBy("ann")
          .setKept(3)
          .setPending(1)
          .setMissing(1)
          .setStoredBytes(3 << 20)
          .build();

  private static Checkpoint withHosts() {
    return MONDAY.toBuilder()
        .addHosts(
            host("a", CheckpointState.CHECKPOINT_STATE_KEPT)
                .setSnapshot("t.1")
                .setTakenAt(Timestamp.newBuilder().setSeconds(1_700_000_000))
                .setTakenBy("ann")
                .setEntries(7)
                .setBytes(4096)
                .setStoredBytes(1024))
        .addHosts(host("b", CheckpointState.CHECKPOINT_STATE_KEPT).setSnapshot("t.2"))
        .addHosts(host("c", CheckpointState.CHECKPOINT_STATE_KEPT).setConnected(false))
        .addHosts(host("d", CheckpointState.CHECKPOINT_STATE_PENDING))
        .addHosts(
            host("e", CheckpointState.CHECKPOINT_STATE_MISSING).setMessage("refused: no room"))
        .build();
  }

  @BeforeEach
  void answer() {
    controller.answer(
        CheckpointServiceGrpc.getGetCheckpointMethod(),
        request -> {
          assertThat(request.getName()).isEqualTo("monday");
          return withHosts();
        });
    controller.answer(JobServiceGrpc.getSubmitJobMethod(), request -> running(2));
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          boolean plan = work().verb().equals("plan");
          answers.onNext(event(running(2)));
          answers.onNext(event(stdout("a", 0, plan ? allTheSame ? NOTHING : THIS : "done\n")));
          answers.onNext(event(exited("a", 0)));
          if (!plan || !planFails) {
            answers.onNext(event(stdout("b", 0, plan ? NOTHING : "done\n")));
          }
          answers.onNext(event(exited("b", plan && planFails ? 9 : 0)));
          answers.onNext(event(plan && planFails ? ended(1, 1) : ended(2, 0)));
          answers.onCompleted();
        });
  }

  private List<JobWork.Checkpoint> signed() {
    List<JobWork.Checkpoint> all = new ArrayList<>();
    for (SubmitJobRequest request : controller.requests(SubmitJobRequest.class)) {
      try {
        all.add(
            (JobWork.Checkpoint)
                JobStatement.read(request.getJob().getStatement().toByteArray()).work());
      } catch (JobException e) {
        throw new IllegalStateException(e);
      }
    }
    return all;
  }

  private JobWork.Checkpoint work() {
    return signed().getLast();
  }

  private List<String> hostsOf(int job) {
    return controller.requests(SubmitJobRequest.class).get(job).getHostIdsList();
  }

  private static String digest(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void creatingIsASignedJob() {
    Result result = run("checkpoint", "create", "monday", "--host", "a", "/etc/ssh", "/etc/hosts");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(work())
        .isEqualTo(JobWork.Checkpoint.create("monday", List.of("/etc/ssh", "/etc/hosts"), ""));
    assertThat(
            run(
                    "checkpoint",
                    "create",
                    "tuesday",
                    "/etc",
                    "-t",
                    "true",
                    "--reason",
                    "why",
                    "--detach")
                .code())
        .isZero();
    assertThat(work()).isEqualTo(JobWork.Checkpoint.create("tuesday", List.of("/etc"), "why"));
  }

  @Test
  void removingReachesAllThatWereToHaveIt() {
    Result result = run("checkpoint", "remove", "monday", "--reason", "done", "--detach");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(work()).isEqualTo(JobWork.Checkpoint.remove("monday", "done"));
    assertThat(hostsOf(0)).containsExactly("id-a", "id-b", "id-c", "id-d", "id-e");
    assertThat(run("checkpoint", "remove", "monday", "--reason", "done", "--host", "a").code())
        .isZero();
    assertThat(hostsOf(1)).hasSize(1);
  }

  @Test
  void aRestoreShowsItsPlanAndDoesWhatWasShown() throws Exception {
    Result result = run("checkpoint", "restore", "monday", "--reason", "broke", "--yes");
    assertThat(result.code()).as("some hosts were left out: " + result.err()).isEqualTo(1);
    assertThat(signed())
        .containsExactly(
            JobWork.Checkpoint.plan("monday", "broke"),
            JobWork.Checkpoint.restore("monday", false, "broke", List.of(digest(THIS))));
    assertThat(hostsOf(0)).containsExactly("id-a", "id-b");
    assertThat(hostsOf(1)).as("b is as it was").containsExactly("id-a");
    assertThat(result.out())
        .contains("1 host: a:", "changed /etc/x", "-new\n+old\n", "1 host: b:", " no changes")
        .endsWith("done\n");
    assertThat(result.err())
        .contains(
            "left out: c is offline; --start-within SPAN waits for it",
            "left out: d does not have it yet (job job-0)",
            "left out: e does not have it: refused: no room",
            "to undo: hostler snapshot restore job");
  }

  @Test
  void nobodyIsThereToAskSoNothingIsChanged() {
    Result result = run("checkpoint", "restore", "monday", "--reason", "broke", "--host", "a");
    assertThat(result.code()).as(result.err()).isEqualTo(5);
    assertThat(result.out()).contains("changed /etc/x");
    assertThat(result.err()).contains("--yes restores without a question");
    assertThat(signed()).hasSize(1);
    assertThat(run("checkpoint", "restore", "monday", "--plan", "--stat").out())
        .contains("changed /etc/x")
        .doesNotContain("-new");
    assertThat(signed()).last().isEqualTo(JobWork.Checkpoint.plan("monday", ""));
  }

  @Test
  void aPlanIsShownAgainButAppliedOnlyByARestore() throws Exception {
    Job plan =
        ended(2, 0).toBuilder()
            .setSigned(
                SignedJob.newBuilder()
                    .setStatement(
                        ByteString.copyFrom(
                            SampleStatements.of(JobWork.Checkpoint.plan("monday", "")))))
            .build();
    controller.answer(JobServiceGrpc.getGetJobMethod(), request -> plan);
    controller.stream(
        JobServiceGrpc.getReadOutputMethod(),
        (request, answers) -> {
          answers.onNext(stdout("a", 0, THIS));
          answers.onCompleted();
        });
    assertThat(run("job", "preview", "job-1").out()).contains("changed /etc/x", "-new\n+old\n");
    Result applied = run("run", "--apply-preview", "job-1");
    assertThat(applied.code()).isEqualTo(2);
    assertThat(applied.err()).contains("is no preview");
  }

  @Test
  void onATerminalItAsks() {
    terminals = new Terminals(true, true, true);
    input = "n\n";
    String[] line = {"checkpoint", "restore", "monday", "--reason", "x", "--host", "a"};
    Result no = run(line);
    assertThat(no.code()).as(no.err()).isEqualTo(5);
    assertThat(no.err()).contains("Bring 1 host back to monday as shown? [y/N]", "nothing was");
    assertThat(signed()).hasSize(1);
    input = "y\n";
    assertThat(run(line).code()).isZero();
    assertThat(work().verb()).isEqualTo("restore");
  }

  @Test
  void offlineHostsAreWaitedForIfAskedTo() {
    run("checkpoint", "restore", "monday", "--reason", "x", "--yes", "--start-within", "5m");
    assertThat(hostsOf(0)).containsExactly("id-a", "id-b", "id-c");
  }

  @Test
  void whereNothingDiffersNothingIsAsked() {
    allTheSame = true;
    Result result = run("checkpoint", "restore", "monday", "--reason", "broke");
    assertThat(result.err()).contains("nothing to restore: 2 hosts as they were at monday");
    assertThat(result.code()).isEqualTo(1); // others were left out
    assertThat(signed()).hasSize(1);
  }

  @Test
  void aPlanThatFailsSomewhereIsSaidAndTheRestGoesOn() {
    planFails = true;
    Result result =
        run("checkpoint", "restore", "monday", "--reason", "x", "--yes", "--force", "-o", "json");
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(work().force()).isTrue();
    assertThat(hostsOf(1)).containsExactly("id-a");
    assertThat(result.out())
        .contains(
            "{\"type\":\"left_out\",\"host_id\":\"id-c\",\"host_name\":\"c\"",
            "\"type\":\"preview\"");
  }

  @ParameterizedTest
  @CsvSource({
    "create monday --host a, PATH",
    "create monday /etc, no target",
    "create ../x /etc --host a, checkpoint.name",
    "create monday /proc/1 --host a, checkpoint.paths[0]",
    "create monday /etc --host a --concurrency -1, --concurrency",
    "restore monday, --reason",
    "restore monday --plan --yes, --plan",
    "remove monday, --reason",
    "restore --reason x, NAME"
  })
  void whatIsMissingOrWrongIsSaid(String line, String said) {
    Result result = run(("checkpoint " + line).split(" "));
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).contains(said);
    assertThat(controller.requests(SubmitJobRequest.class)).isEmpty();
  }

  @Test
  void nobodyHasIt() {
    controller.answer(CheckpointServiceGrpc.getGetCheckpointMethod(), request -> MONDAY);
    Result result = run("checkpoint", "restore", "monday", "--reason", "x", "--host", "a");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains("never had this checkpoint", "no host can be brought back to checkpoint monday");
    assertThat(run("checkpoint", "remove", "monday", "--reason", "x").err())
        .contains("you may see no host of checkpoint monday");
  }

  @Test
  void theyAreListedAndShown() {
    controller.answer(
        CheckpointServiceGrpc.getListCheckpointsMethod(),
        request -> ListCheckpointsResponse.newBuilder().addCheckpoints(MONDAY).build());
    assertThat(run("checkpoint", "list").out())
        .contains("NAME", "monday", "3 of 5", "3.0 MiB", "ann", "/etc/ssh /etc/hosts");
    assertThat(run("checkpoint", "list", "-o", "json").out())
        .contains("\"name\": \"monday\"", "\"kept\": 3", "\"stored_bytes\": 3145728");
    String shown = run("checkpoint", "show", "monday").out();
    assertThat(shown)
        .contains("3 have it, 1 may still get it, 1 do not have it")
        .containsPattern("a +kept +connected .* ann +7 +4.0 KiB +1.0 KiB +t.1")
        .containsPattern("c +kept +offline")
        .containsPattern("e +missing .* refused: no room");
    assertThat(run("checkpoint", "show", "monday", "-o", "json").out())
        .contains(
            "\"host_name\": \"e\"", "\"state\": \"missing\"", "\"message\": \"refused: no room\"");
  }
}
