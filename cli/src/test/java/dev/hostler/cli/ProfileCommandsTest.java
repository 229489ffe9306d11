package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.event;
import static dev.hostler.cli.fake.Samples.exited;
import static dev.hostler.cli.fake.Samples.running;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.hostler.cli.fake.Samples;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.GetProfileRequest;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListProfilesResponse;
import dev.hostler.proto.v1.ListTasksResponse;
import dev.hostler.proto.v1.Profile;
import dev.hostler.proto.v1.ProfileServiceGrpc;
import dev.hostler.proto.v1.PushProfileRequest;
import dev.hostler.proto.v1.RemoveProfileRequest;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.proto.v1.Task;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Named profiles, jobs that are narrowed with one, and hosts' attacks on their own sandboxes. */
class ProfileCommandsTest extends CliTest {
  private static final String JSON = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[]}";
  private static final Profile TIGHT =
      Profile.newBuilder()
          .setName("tight")
          .setJson(JSON)
          .setSha256("ab".repeat(32))
          .setPushedAt(Samples.at(5))
          .setPushedBy("ann")
          .build();

  @TempDir Path folder;

  @BeforeEach
  void jobsRun() {
    controller.answer(JobServiceGrpc.getSubmitJobMethod(), request -> running(1));
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          answers.onNext(event(running(1)));
          answers.onNext(event(exited("a", 0)));
          answers.onNext(event(ended(1, 0)));
          answers.onCompleted();
        });
  }

  private JobStatement signed() throws Exception {
    return JobStatement.read(
        controller
            .requests(SubmitJobRequest.class)
            .getLast()
            .getJob()
            .getStatement()
            .toByteArray());
  }

  @Test
  void profilesArePushedShownListedAndRemoved() throws Exception {
    controller.answer(ProfileServiceGrpc.getPushProfileMethod(), _ -> TIGHT);
    controller.answer(ProfileServiceGrpc.getGetProfileMethod(), _ -> TIGHT);
    controller.answer(ProfileServiceGrpc.getRemoveProfileMethod(), _ -> TIGHT);
    controller.answer(
        ProfileServiceGrpc.getListProfilesMethod(),
        _ -> ListProfilesResponse.newBuilder().addProfiles(TIGHT).build());
    Path file = Files.writeString(folder.resolve("p.json"), JSON);

    assertThat(run("sandbox", "profile", "push", "tight", file.toString()).out())
        .contains("profile tight is kept");
    assertThat(controller.requests(PushProfileRequest.class).getFirst().getJson()).isEqualTo(JSON);
    assertThat(run("sandbox", "profile", "push", "tight", "/no/such").code()).isEqualTo(2);
    assertThat(run("sandbox", "profile", "list").out()).contains("tight", "ann", "abab");
    assertThat(run("sandbox", "profile", "list", "-o", "json").json().at("/0/sha256").asString())
        .isEqualTo("ab".repeat(32));
    assertThat(run("sandbox", "profile", "show", "tight").out().strip()).isEqualTo(JSON);
    assertThat(
            run("sandbox", "profile", "show", "tight", "-o", "json").json().at("/json").asString())
        .isEqualTo(JSON);
    assertThat(run("sandbox", "profile", "remove", "tight").out()).contains("is forgotten");
    assertThat(controller.requests(RemoveProfileRequest.class).getFirst().getName())
        .isEqualTo("tight");
  }

  @Test
  void aJobIsSignedWithTheTextOfTheProfile() throws Exception {
    controller.answer(ProfileServiceGrpc.getGetProfileMethod(), _ -> TIGHT);

    Result result = run("run", "--host", "a", "--profile", "tight", "--", "id");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(controller.requests(GetProfileRequest.class).getLast().getName()).isEqualTo("tight");
    assertThat(signed().sandbox().seccomp()).isEqualTo(JSON);

    Path file = Files.writeString(folder.resolve("p.json"), " " + JSON);
    assertThat(run("run", "--host", "a", "--profile", file.toString(), "--", "id").code()).isZero();
    assertThat(signed().sandbox().seccomp()).isEqualTo(JSON);
    assertThat(run("run", "--host", "a", "--", "id").code()).isZero();
    assertThat(signed().sandbox().seccomp()).isEmpty();
  }

  @Test
  void withoutTheProfileNothingIsSigned() throws Exception {
    controller.answer(
        ProfileServiceGrpc.getGetProfileMethod(),
        _ -> {
          throw Status.NOT_FOUND.withDescription("no such profile").asRuntimeException();
        });
    assertThat(run("run", "--host", "a", "--profile", "none", "--", "id").err())
        .contains("no such profile");
    Path file = Files.writeString(folder.resolve("p.json"), JSON.replace("ERRNO", "ALLOW"));
    Result wide = run("run", "--host", "a", "--profile", file.toString(), "--", "id");
    assertThat(wide.code()).isEqualTo(2);
    assertThat(wide.err()).contains("defaultAction: is 'SCMP_ACT_ALLOW'");
    assertThat(run("run", "--host", "a", "--profile", "./none", "--", "id").err())
        .contains("cannot be read");
    assertThat(controller.requests(SubmitJobRequest.class)).isEmpty();
  }

  @Test
  void learningPrintsAProposal() throws Exception {
    controller.answer(
        BundleServiceGrpc.getGetBundleMethod(),
        _ ->
            Bundle.newBuilder()
                .setName("web")
                .setVersion("1.0.0")
                .setManifestDigest(ByteString.copyFrom(new byte[32]))
                .addActions(Action.newBuilder().setName("deploy"))
                .build());
    String learned = "{\"calls\":{\"read\":1},\"made\":[\"/srv/web/x\"]}";
    Task.Builder task = exited("a", 0).toBuilder();
    task.getResultBuilder().setLearned(learned);
    controller.answer(
        JobServiceGrpc.getListTasksMethod(),
        _ -> ListTasksResponse.newBuilder().addTasks(task).build());
    Path out = folder.resolve("deploy.json");

    Result result =
        run("sandbox", "learn", "web", "deploy", "--host", "a", "--profile-out", out.toString());
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("writable = [\"/srv/web\"]", "seccomp = \"seccomp/deploy.json\"");
    assertThat(Files.readString(out)).contains("\"read\"");
    assertThat(signed().sandbox().learn()).isTrue();
    Result json = run("sandbox", "learn", "web", "deploy", "--host", "a", "-o", "json");
    assertThat(json.json().at("/writable/0").asString()).isEqualTo("/srv/web");
    assertThat(
            run(
                    "sandbox",
                    "learn",
                    "web",
                    "deploy",
                    "--host",
                    "a",
                    "--profile-out",
                    folder.resolve("no/such").toString())
                .code())
        .isEqualTo(4);

    controller.answer(
        JobServiceGrpc.getListTasksMethod(),
        _ -> ListTasksResponse.newBuilder().addTasks(exited("a", 0)).build());
    Result nothing = run("sandbox", "learn", "web", "deploy", "--host", "a");
    assertThat(nothing.code()).isEqualTo(1);
    assertThat(nothing.err()).contains("nothing was recorded");
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "root"})
  void sandboxesAreTestedBySignedJobs(String user) throws Exception {
    Result result = run("sandbox", "test", "--host", "a", "--run-as", user);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(signed().work()).isEqualTo(new JobWork.SandboxTest(user));
    Result wrong = run("sandbox", "test", "--host", "a", "--run-as", "www");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("sandbox_test.run_as");
  }
}
