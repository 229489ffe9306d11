package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.event;
import static dev.hostler.cli.fake.Samples.exited;
import static dev.hostler.cli.fake.Samples.output;
import static dev.hostler.cli.fake.Samples.running;
import static dev.hostler.cli.fake.Samples.stderr;
import static dev.hostler.cli.fake.Samples.stdout;
import static dev.hostler.cli.fake.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.hostler.cli.console.Terminals;
import dev.hostler.cli.fake.FakeController;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.Denial;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.proto.v1.JobEvent;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.LimitHit;
import dev.hostler.proto.v1.ListHostsRequest;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.OutputPosition;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.RefusalReason;
import dev.hostler.proto.v1.ResourceUse;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.proto.v1.TaskDenials;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.proto.v1.WatchJobRequest;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.Operator;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetTree;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RunTest extends CliTest {

  private void accept(int hosts) {
    controller.answer(JobServiceGrpc.getSubmitJobMethod(), request -> running(hosts));
  }

  private void happens(JobEvent... events) {
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          for (JobEvent event : events) {
            answers.onNext(event);
          }
          answers.onCompleted();
        });
  }

  private static JobEvent denied(String host, Denial.Builder... denials) {
    TaskDenials.Builder told =
        TaskDenials.newBuilder().setTaskId("task-" + host).setHostName(host).setAttempt(1);
    for (Denial.Builder one : denials) {
      told.addDenials(one);
    }
    return JobEvent.newBuilder().setDenials(told).build();
  }

  private static Denial.Builder denial(int slot, String call, String detail, long count) {
    return Denial.newBuilder().setSlot(slot).setCall(call).setDetail(detail).setCount(count);
  }

  @Test
  void deniedCallsAreToldOnceEachAndWithTheirLastCount() {
    accept(1);
    happens(
        denied(
            "a", denial(0, "mount", "/mnt", 1), denial(1, "socket", "AF_UNIX", 4).setRoutine(true)),
        denied("a", denial(0, "mount", "/mnt", 2), denial(2, "bpf", "\033[31m", 3)),
        denied("a", denial(0, "mount", "/mnt", 12)),
        denied("a", denial(0, "mount", "/mnt", 15)),
        event(exited("a", 0).toBuilder().setId("task-a").build()),
        event(ended(1, 0)));

    Result result = run("run", "-t", "true", "--", "x");

    assertThat(result.err().lines().filter(line -> line.contains("denied")))
        .containsExactly(
            "hostler: a denied: mount(/mnt)",
            "hostler: a denied: bpf(\uFFFD[31m) ×3",
            "hostler: a denied: mount(/mnt) ×12",
            "hostler: a denied: mount(/mnt) ×15");
  }

  @Test
  void asJsonDeniedCallsAreLinesOfTheirOwn() {
    accept(1);
    happens(
        denied("a", denial(1, "socket", "AF_UNIX", 4).setRoutine(true)),
        event(exited("a", 0)),
        event(ended(1, 0)));

    Result result = run("run", "-t", "true", "-o", "json", "--", "x");

    assertThat(result.out().lines().filter(line -> line.contains("\"denied\"")))
        .singleElement()
        .satisfies(line -> {
          assertThat(json(line).get("host_name").stringValue()).isEqualTo("a");
          assertThat(json(line).get("denials").get(0).get("call").stringValue())
              .isEqualTo("socket");
          assertThat(json(line).get("denials").get(0).get("count").longValue()).isEqualTo(4);
          assertThat(json(line).get("denials").get(0).get("routine").booleanValue()).isTrue();
        });
  }

  private SubmitJobRequest submitted() {
    return controller.requests(SubmitJobRequest.class).getFirst();
  }

  /** What was signed, once the signature is checked. */
  private JobStatement signed() {
    return signed(submitted());
  }

  private JobStatement signed(SubmitJobRequest request) {
    SignedJob job =
        new SignedJob(
            request.getJob().getStatement().toByteArray(),
            request.getJob().getSignature().toByteArray());
    try {
      assertThat(Operator.of(job.signer().certificate()).name()).isEqualTo("admin");
      JobStatement statement = JobStatement.read(job.statement());
      assertThat(statement.targets()).isEqualTo(TargetTree.of(request.getHostIdsList()).targets());
      return statement;
    } catch (JobException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void outputOfASingleHostIsPassedOnByteForByte() {
    byte[] binary = new byte[300_000];
    new Random(7).nextBytes(binary);
    accept(1);
    happens(
        event(running(1)),
        event(task("a", TaskState.TASK_STATE_RUNNING)),
        event(output("a", OutputStream.OUTPUT_STREAM_STDOUT, 0, binary)),
        event(stderr("a", 0, "warn")),
        event(exited("a", 0)),
        event(ended(1, 0)));

    Result result = run("run", "--host", "a", "--", "uname", "-a", "--", "x");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.stdout()).isEqualTo(binary);
    assertThat(result.err()).startsWith("warn").contains("1 host succeeded in 2.00 s (job job-1)");
    assertThat(signed().work())
        .isEqualTo(new JobWork.Command(List.of("uname", "-a", "--", "x"), "default"));
    assertThat(submitted().getHostIdsList()).containsExactly("id-a");
  }

  @Test
  void noOutputAtAllIsFine() {
    accept(1);
    happens(event(exited("a", 0)), event(ended(1, 0)));

    Result result = run("run", "-t", "true", "--", "true");

    assertThat(result.code()).isZero();
    assertThat(result.stdout()).isEmpty();
    assertThat(controller.requests(ListHostsRequest.class).getFirst().getSelector())
        .isEqualTo("true");
    assertThat(submitted().getHostIdsList()).containsExactly("id-a", "id-b");
  }

  @Test
  void severalHostsGetPrefixesAndTheSummarySaysWhyEachFailed() {
    accept(3);
    happens(
        event(task("a", TaskState.TASK_STATE_RUNNING)),
        event(task("b", TaskState.TASK_STATE_RUNNING)),
        event(task("c", TaskState.TASK_STATE_RUNNING)),
        event(stdout("a", 0, "one\ntw")),
        event(stdout("b", 0, "eins\n")),
        event(stderr("a", 0, "oh\n")),
        event(stdout("a", 6, "o\nlast")),
        event(exited("a", 0)),
        event(exited("b", 3)),
        event(exited("c", 0)),
        event(ended(2, 1)));

    Result result = run("run", "-t", "true", "--", "x");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("a | one\nb | eins\na | two\na | last\n");
    assertThat(result.err())
        .startsWith("a | oh\n")
        .contains("2 of 3 hosts succeeded, 1 failed in 2.00 s (job job-1)\n  b  exit code 3\n");
  }

  @Test
  void everyWayToFailHasItsWords() {
    AttemptResult.Builder none = AttemptResult.newBuilder();
    accept(10);
    happens(
        event(exited("h0", 127).toBuilder().setMessage("").build()),
        event(
            ended(
                "h1",
                TaskState.TASK_STATE_FAILED,
                none.clone()
                    .setOutcome(Outcome.OUTCOME_SIGNALED)
                    .setSignal(9)
                    .addLimitsHit(LimitHit.newBuilder().setLimit("pids").setValue(64))
                    .addLimitsHit(
                        LimitHit.newBuilder().setLimit("cpu").setValue(500).setShare(0.425))
                    .addLimitsHit(LimitHit.newBuilder().setLimit("later"))
                    .addLimitsHit(LimitHit.newBuilder().setLimit("memory").setEnded(true)))),
        event(
            ended(
                "h2",
                TaskState.TASK_STATE_FAILED,
                none.clone()
                    .setOutcome(Outcome.OUTCOME_OUT_OF_MEMORY)
                    .setUse(ResourceUse.newBuilder().setMemoryPeakBytes(64 << 20)))),
        event(
            ended(
                "h3",
                TaskState.TASK_STATE_TIMED_OUT,
                none.clone().setOutcome(Outcome.OUTCOME_TIMED_OUT))),
        event(
            ended(
                "h4",
                TaskState.TASK_STATE_REFUSED,
                none.clone()
                    .setOutcome(Outcome.OUTCOME_REFUSED)
                    .setRefusal(RefusalReason.REFUSAL_REASON_BUNDLE_UNTRUSTED)
                    .setMessage("unknown signer"))),
        event(
            ended(
                "h5",
                TaskState.TASK_STATE_CANCELLED,
                none.clone().setOutcome(Outcome.OUTCOME_CANCELLED))),
        event(
            ended(
                "h6",
                TaskState.TASK_STATE_FAILED,
                none.clone()
                    .setOutcome(Outcome.OUTCOME_SANDBOX_FAILED)
                    .setMessage("no cgroup")
                    .setOutputError("disk full"))),
        event(
            task("h7", TaskState.TASK_STATE_EXPIRED).toBuilder()
                .setMessage("not started within 1h")
                .build()),
        event(task("h8", TaskState.TASK_STATE_LOST)),
        event(
            ended(
                "h9",
                TaskState.TASK_STATE_FAILED,
                none.clone().setOutcome(Outcome.OUTCOME_SIGNALED).setSignal(40))),
        event(ended(0, 10)));

    Result result = run("run", "-t", "true", "--", "x");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains(
            "0 of 10 hosts succeeded, 10 failed",
            "  h0  exit code 127\n",
            "  h1  killed by signal 9 (KILL) [reached: pids 64, cpu 0.5, held back 43 % of the time,"
                + " later]\n",
            "  h2  out of memory (used 64 MiB)\n",
            "  h3  timed out after 1.00 s\n",
            "  h4  refused: bundle not trusted: unknown signer\n",
            "  h5  cancelled\n",
            "  h6  sandbox failed: no cgroup\n",
            "  h7  expired: not started within 1h\n",
            "  h8  lost\n",
            "  h9  killed by signal 40\n",
            "h6: output was lost: disk full\n");
  }

  @Test
  void optionsReachTheController() {
    accept(1);
    happens(event(ended(1, 0)));

    run(
        "run",
        "--host",
        "a",
        "--host",
        "b",
        "--env",
        "A=1=2",
        "--env",
        "B=",
        "--timeout",
        "1m30s",
        "--concurrency",
        "7",
        "--limit",
        "memory=64MiB",
        "--limit",
        "cpu=0.5",
        "--start-within",
        "2h",
        "--",
        "x");

    assertThat(submitted().getHostIdsList()).containsExactly("id-a", "id-b");
    JobStatement job = signed();
    assertThat(job.env()).containsExactly(Map.entry("A", "1=2"), Map.entry("B", ""));
    assertThat(job.timeout()).isEqualTo(Duration.ofSeconds(90));
    assertThat(job.concurrency()).isEqualTo(7);
    assertThat(job.limits()).hasToString("memory=64MiB cpu=0.5");
    assertThat(run("run", "--host", "a", "--limit", "timeout=5s", "--", "x").err())
        .contains("use --timeout");
    assertThat(job.expires())
        .isBetween(Instant.now().plusSeconds(7100), Instant.now().plusSeconds(7200));
    assertThat(job.notBefore()).isBefore(Instant.now());
    assertThat(job.allowOlder()).isFalse();
    assertThat(submitted().getIdempotencyKey()).isNotEmpty();
  }

  @Test
  void runAsAndAllowOlderAreSigned() {
    accept(1);
    happens(event(ended(1, 0)));
    run("run", "--host", "a", "--run-as", "root", "--allow-older", "--", "x");
    assertThat(signed().work()).isEqualTo(new JobWork.Command(List.of("x"), "root"));
    assertThat(signed().allowOlder()).isTrue();
    assertThat(run("run", "--host", "a", "--run-as", "root", "web", "go").err())
        .contains("--run-as is for commands");
  }

  @Test
  void eachJobIsAnother() {
    accept(1);
    happens(event(ended(1, 0)));
    run("run", "--host", "a", "--", "x");
    run("run", "--host", "a", "--", "x");
    List<SubmitJobRequest> both = controller.requests(SubmitJobRequest.class);
    assertThat(signed(both.get(0)).nonce()).isNotEqualTo(signed(both.get(1)).nonce());
  }

  @Test
  void withoutAKeyThatSignsNothingIsSent() {
    accept(1);
    environment.put("HOSTLER_SIGN_CERT", "/nowhere/me.crt");
    environment.put("HOSTLER_SIGN_KEY", "/nowhere/me.key");
    Result missing = run("run", "--host", "a", "--", "x");
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("/nowhere/me", "hostler operator create");
    environment.remove("HOSTLER_SIGN_KEY");
    assertThat(run("run", "--host", "a", "--", "x").err()).contains("set both or neither");
    environment.put("HOSTLER_SIGN_CERT", fleet.file("controller.crt").toString());
    environment.put("HOSTLER_SIGN_KEY", fleet.file("controller.key").toString());
    Result wrong = run("run", "--host", "a", "--", "x");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("is not for signing jobs");
    assertThat(controller.requests(SubmitJobRequest.class)).isEmpty();
  }

  @Test
  void aJobEndsWithTheCertificateThatSignsIt() {
    accept(1);
    happens(event(ended(1, 0)));
    Result result = run("run", "--host", "a", "--start-within", "30d", "--", "x");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--start-within", "certificate is valid, until");
  }

  @Test
  void detachPrintsTheIdAtOnce() {
    accept(3);

    assertThat(run("run", "-t", "true", "--detach", "--", "x").out()).isEqualTo("job-1\n");
    assertThat(run("run", "-t", "true", "--detach", "-o", "json", "--", "x").json().get("id"))
        .hasToString("\"job-1\"");
    assertThat(controller.requests(WatchJobRequest.class)).isEmpty();
  }

  @Test
  void actionsGetTheirParametersTyped() {
    accept(1);
    happens(event(ended(1, 0)));
    controller.answer(
        BundleServiceGrpc.getGetBundleMethod(),
        request ->
            Bundle.newBuilder()
                .setName("web")
                .setVersion("1.2.0")
                .setManifestDigest(ByteString.copyFrom(HexFormat.of().parseHex("ab".repeat(32))))
                .addActions(
                    Action.newBuilder()
                        .setName("restart")
                        .setParamsSchema(
                            "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},"
                                + "\"additionalProperties\":false}"))
                .build());

    Result good = run("run", "--host", "a", "web@1.2.0", "restart", "--param", "n=4");
    assertThat(good.code()).as(good.err()).isZero();
    assertThat(controller.requests(GetBundleRequest.class).getFirst().getVersion())
        .isEqualTo("1.2.0");
    assertThat(signed().work())
        .isEqualTo(new JobWork.Action("web", "1.2.0", "restart", "ab".repeat(32), "{\"n\":4}"));

    Result bad = run("run", "--host", "a", "web", "restart", "--param", "n=x", "--param", "m=1");
    assertThat(bad.code()).isEqualTo(2);
    assertThat(bad.err())
        .contains("--param n=x: must be a whole number", "--param m: the action has no such");

    Result unknown = run("run", "--host", "a", "web", "stop", "--param", "n=1");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("web 1.2.0 has no action \"stop\"; it has restart");
    assertThat(controller.requests(SubmitJobRequest.class)).hasSize(1);

    assertThat(run("run", "--host", "a", "web", "restart").code()).isZero();
    assertThat(controller.requests(SubmitJobRequest.class)).hasSize(2);
  }

  @Test
  void wrongUsageIsExplained() {
    assertThat(run("run", "--", "x").err()).contains("no target", "-t true");
    assertThat(run("run", "-t", " ", "--", "x").err()).contains("-t is empty");
    assertThat(run("run", "-t", "true", "--host", "a", "--", "x").err()).contains("exclude");
    assertThat(run("run", "-t", "true").err()).contains("nothing to run");
    assertThat(run("run", "-t", "true", "--").err()).contains("nothing to run");
    assertThat(run("run", "-t", "true", "web").err()).contains("no action", "bundle show web");
    assertThat(run("run", "-t", "true", "a", "b", "c").err()).contains("too many arguments");
    assertThat(run("run", "-t", "true", "@1", "b").err()).contains("BUNDLE@VERSION");
    assertThat(run("run", "-t", "true", "a", "b", "--", "x").err()).contains("not both: a b");
    assertThat(run("run", "-t", "true", "--param", "a=1", "--", "x").err()).contains("--param");
    assertThat(run("run", "-t", "true", "--env", "A", "--", "x").err()).contains("--env A");
    assertThat(run("run", "-t", "true", "--env", "A=1", "--env", "A=2", "--", "x").err())
        .contains("--env A is given twice");
    assertThat(run("run", "-t", "true", "--timeout", "5", "--", "x").err()).contains("30s");
    assertThat(run("run", "-t", "true", "--concurrency", "-1", "--", "x").code()).isEqualTo(2);
    Result option = run("run", "--host", "a", "ls", "-l");
    assertThat(option.err()).contains("A command to run comes after `--`");
    assertThat(option.code()).isEqualTo(2);
    assertThat(controller.requests(SubmitJobRequest.class)).isEmpty();
  }

  @Test
  void theControllersJudgementKeepsItsLines() {
    controller.answer(
        JobServiceGrpc.getSubmitJobMethod(),
        request -> {
          throw FakeController.refuse(
              Status.INVALID_ARGUMENT,
              "selector: unexpected end\n  labels.env ==\n\t            ^\u001b[31m");
        });
    Result result = run("run", "-t", "labels.env ==", "--", "x");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("\n  labels.env ==\n", "^").doesNotContain("\u001b");

    controller.answer(
        JobServiceGrpc.getSubmitJobMethod(),
        request -> {
          throw FakeController.refuse(Status.FAILED_PRECONDITION, "the selector means no host");
        });
    assertThat(run("run", "-t", "false", "--", "x").code()).isEqualTo(2);
    controller.answer(
        JobServiceGrpc.getSubmitJobMethod(),
        request -> {
          throw FakeController.refuse(Status.DATA_LOSS, "broken");
        });
    assertThat(run("run", "-t", "false", "--", "x").code()).isEqualTo(3);
  }

  @Test
  void aLostAnswerToASubmissionIsAskedForAgainWithTheSameKey() {
    AtomicInteger tries = new AtomicInteger();
    controller.answer(
        JobServiceGrpc.getSubmitJobMethod(),
        request -> {
          if (tries.incrementAndGet() < 3) {
            throw FakeController.refuse(Status.UNAVAILABLE, "draining");
          }
          return running(1);
        });
    assertThat(run("run", "-t", "true", "--detach", "--", "x").code()).isZero();
    assertThat(
            controller.requests(SubmitJobRequest.class).stream()
                .map(SubmitJobRequest::getIdempotencyKey)
                .distinct())
        .hasSize(1);
  }

  @Test
  void noControllerIsReportedAtOnce() {
    controller.kill();
    Result result = run("run", "-t", "true", "--", "x");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("cannot reach the controller at " + controller.address());
    controller.restart();
  }

  @Test
  void aRestartedControllerIsWaitedForAndNothingIsLostOrRepeated() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    List<WatchJobRequest> watches = new ArrayList<>();
    accept(2);
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          watches.add(request);
          if (watches.size() == 1) {
            answers.onNext(event(task("a", TaskState.TASK_STATE_RUNNING)));
            answers.onNext(event(task("b", TaskState.TASK_STATE_RUNNING)));
            answers.onNext(event(stdout("a", 0, "first\nsec")));
            answers.onNext(event(stderr("b", 0, "x\n")));
            first.countDown();
          } else {
            answers.onNext(event(task("a", TaskState.TASK_STATE_RUNNING)));
            // One that starts too early, and one that was seen whole.
            answers.onNext(event(stdout("a", 6, "second\n")));
            answers.onNext(event(stdout("a", 0, "first\n")));
            answers.onNext(event(exited("a", 0)));
            answers.onNext(event(exited("b", 0)));
            answers.onNext(event(ended(2, 0)));
            answers.onCompleted();
          }
        });
    Thread restart =
        Thread.ofPlatform()
            .start(() -> {
              try {
                first.await();
                controller.kill();
                controller.restart();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    Result result = run("run", "-t", "true", "--", "x");
    restart.join();

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("a | first\na | second\n");
    assertThat(result.err()).contains("b | x\n", "lost the controller", "connected again");
    assertThat(watches.getLast().getPositionsList())
        .extracting(OutputPosition::getTaskId, OutputPosition::getOffset)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("task-a", 9L),
            org.assertj.core.groups.Tuple.tuple("task-b", 2L));
  }

  @Test
  void aStreamThatEndsTooEarlyIsTakenUpAgain() {
    AtomicInteger watches = new AtomicInteger();
    accept(1);
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          if (watches.incrementAndGet() == 2) {
            answers.onNext(event(ended(1, 0)));
          }
          answers.onCompleted();
        });
    assertThat(run("run", "-t", "true", "--", "x").code()).isZero();
    assertThat(watches).hasValue(2);
  }

  @Test
  void aControllerThatKeepsFailingIsGivenUp() {
    accept(1);
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          throw FakeController.refuse(Status.NOT_FOUND, "no such job");
        });
    Result gone = run("run", "-t", "true", "--", "x");
    assertThat(gone.code()).isEqualTo(2);
    assertThat(gone.err()).contains("no such job");
  }

  @Test
  void bytesPastTheCapAndGapsAreSaid() {
    accept(1);
    happens(
        event(stdout("a", 0, "abc")),
        event(stdout("a", 5, "f")),
        event(stdout("a", 6, "").toBuilder().setDroppedBytes(2048).build()),
        event(stdout("a", 6, "").toBuilder().setDroppedBytes(2048).build()),
        event(exited("a", 0)),
        event(ended(1, 0)));
    Result result = run("run", "-t", "true", "--", "x");

    assertThat(result.out()).isEqualTo("abcf");
    assertThat(result.err())
        .contains("a: 2 B of stdout are missing here")
        .containsOnlyOnce("a: 2.0 KiB of stdout past the limit were dropped");
  }

  @Test
  void jsonIsALineForEachThingThatHappens() {
    byte[] invalid = {(byte) 0xff, 0x0a};
    accept(2);
    happens(
        event(running(2)),
        event(task("a", TaskState.TASK_STATE_RUNNING)),
        event(stdout("a", 0, "hé\"\n")),
        event(output("a", OutputStream.OUTPUT_STREAM_STDERR, 3, invalid)),
        event(exited("a", 4)),
        event(ended(1, 1)));
    Result result = run("run", "-t", "true", "-o", "json", "--", "x");

    List<JsonNode> lines = result.out().lines().map(CliTest::json).toList();
    assertThat(lines)
        .extracting(line -> line.get("type").stringValue())
        .containsExactly("job", "job", "task", "output", "output", "output", "task", "job");
    assertThat(lines.get(3).get("text").stringValue()).isEqualTo("hé\"\n");
    assertThat(lines.get(3).get("stream").stringValue()).isEqualTo("stdout");
    assertThat(lines.get(4).get("lost_bytes").intValue()).isEqualTo(3);
    assertThat(lines.get(5).get("base64").stringValue()).isEqualTo("/wo=");
    assertThat(lines.get(5).get("offset").intValue()).isEqualTo(3);
    assertThat(lines.get(6).at("/task/result/exit_code").intValue()).isEqualTo(4);
    assertThat(lines.get(6).at("/task/state").stringValue()).isEqualTo("failed");
    assertThat(lines.getLast().at("/job/state").stringValue()).isEqualTo("failed");
    assertThat(lines.getLast().at("/job/counts/failed").intValue()).isEqualTo(1);
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isEqualTo(1);
  }

  @Test
  void onATerminalThereIsAProgressLineThatGoesAway() {
    terminals = new Terminals(false, false, true);
    accept(2);
    happens(
        event(running(2)),
        event(stdout("a", 0, "x\n")),
        event(
            running(2).toBuilder()
                .setCounts(ended(1, 0).getCounts().toBuilder().setTotal(2).setRunning(1))
                .build()),
        event(ended(1, 1)));
    Result result = run("run", "-t", "true", "--", "x");

    assertThat(result.err())
        .contains("0 done, 2 running, 0 failed of 2", "1 done, 1 running, 0 failed of 2")
        .contains("\r\033[K1 of 2 hosts succeeded");
    assertThat(result.out()).isEqualTo("a | x\n");
  }

  @Test
  void coloursComeOnATerminalOnlyAndNotWithNoColor() {
    accept(2);
    happens(event(stdout("a", 0, "x\n")), event(ended(2, 0)));
    terminals = new Terminals(false, true, true);
    assertThat(run("run", "-t", "true", "--", "x").out()).isEqualTo("a | x\n");
    environment.remove("NO_COLOR");
    assertThat(run("run", "-t", "true", "--", "x").out()).contains("\033[36ma\033[0m | x\n");
    terminals = Terminals.NONE;
    assertThat(run("run", "-t", "true", "--", "x").out()).isEqualTo("a | x\n");
  }

  @Test
  void linesStayWholeHoweverTheOutputIsCut() {
    long seed = System.identityHashCode(this) * 7919L;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<JobEvent> events = new ArrayList<>();
    ByteArrayOutputStream[] sent = {new ByteArrayOutputStream(), new ByteArrayOutputStream()};
    String[] hosts = {"a", "b"};
    for (int i = 0; i < 3000; i++) {
      int host = random.nextInt(2);
      byte[] piece = new byte[random.nextInt(9)];
      for (int j = 0; j < piece.length; j++) {
        piece[j] = random.nextInt(5) == 0 ? (byte) '\n' : (byte) (0x80 + random.nextInt(128));
      }
      events.add(
          event(output(hosts[host], OutputStream.OUTPUT_STREAM_STDOUT, sent[host].size(), piece)));
      sent[host].writeBytes(piece);
    }
    events.add(event(exited("a", 0)));
    events.add(event(ended(2, 0)));
    accept(2);
    happens(events.toArray(JobEvent[]::new));

    byte[] out = run("run", "-t", "true", "--", "x").stdout();

    for (int host = 0; host < 2; host++) {
      ByteArrayOutputStream found = new ByteArrayOutputStream();
      String prefix = hosts[host] + " | ";
      for (String line :
          new String(out, java.nio.charset.StandardCharsets.ISO_8859_1).split("\n")) {
        if (line.startsWith(prefix)) {
          found.writeBytes(
              (line.substring(prefix.length()) + "\n")
                  .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        }
      }
      byte[] expected = sent[host].toByteArray();
      if (expected[expected.length - 1] != '\n') {
        expected = java.util.Arrays.copyOf(expected, expected.length + 1);
        expected[expected.length - 1] = '\n';
      }
      assertThat(found.toByteArray()).as("seed %s host %s", seed, host).isEqualTo(expected);
    }
  }

  @Test
  void aCancelledJobSaysSo() {
    accept(1);
    happens(event(ended(0, 1).toBuilder().setState(JobState.JOB_STATE_CANCELLED).build()));
    Result result = run("run", "-t", "true", "--", "x");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains(", cancelled");
  }
}
