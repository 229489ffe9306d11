package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.event;
import static dev.hostler.cli.fake.Samples.exited;
import static dev.hostler.cli.fake.Samples.running;
import static dev.hostler.cli.fake.Samples.stderr;
import static dev.hostler.cli.fake.Samples.stdout;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.SignedJob;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Previews: what is signed, how it is shown, what of it is applied. */
class PreviewTest extends CliTest {
  private static final String THIS =
      """
      {"type":"change","change":"changed","path":"/etc/x","kind":"file","what":["content","mode"],\
      "before":{"kind":"file","mode":"0644","owner":"0:0","size":4,"sha256":"aa"},\
      "after":{"kind":"file","mode":"0600","owner":"0:0","size":4,"sha256":"bb"},\
      "insertions":1,"deletions":1,"text":"@@ -1 +1 @@\\n-old\\n+new\\n"}
      {"type":"change","change":"created","path":"/etc/y","kind":"file",\
      "after":{"kind":"file","mode":"0644","owner":"0:0","size":9,"sha256":"cc"},"no_text":"binary"}
      {"type":"change","change":"deleted","path":"/etc/z","kind":"link",\
      "before":{"kind":"link","owner":"0:0","target":"nowhere"}}
      {"type":"more","changes":2,"sha256":"dd"}
      {"type":"unforeseen","text":"services: not previewed"}
      {"type":"end","changes":5,"exit_code":0}
      """;
  private static final String THAT = "{\"type\":\"end\",\"changes\":0,\"exit_code\":0}\n";
  private static final String FAILED =
      """
      {"type":"change","change":"changed","path":"/etc/secret","kind":"file","what":["links","mtime"],\
      "before":{"kind":"file","mode":"0600","owner":"0:0"},"after":{"kind":"file","mode":"0600","owner":"1:1"},\
      "no_text":"not everybody may read it"}
      {"type":"end","changes":1,"exit_code":9}
      """;

  private void bundle() {
    controller.answer(
        BundleServiceGrpc.getGetBundleMethod(),
        request ->
            Bundle.newBuilder()
                .setName("web")
                .setVersion("1.2.0")
                .setManifestDigest(ByteString.copyFrom(HexFormat.of().parseHex("ab".repeat(32))))
                .addActions(Action.newBuilder().setName("apply"))
                .build());
    controller.answer(JobServiceGrpc.getSubmitJobMethod(), request -> running(4));
  }

  private void watched() {
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          answers.onNext(event(running(4)));
          for (String host : new String[] {"a", "b"}) {
            answers.onNext(event(stdout(host, 0, THIS.substring(0, 100))));
            answers.onNext(event(stderr(host, 0, "said\n")));
            answers.onNext(event(stdout(host, 100, THIS.substring(100))));
            answers.onNext(event(exited(host, 0)));
          }
          answers.onNext(event(stdout("c", 0, THAT)));
          answers.onNext(event(exited("c", 0)));
          answers.onNext(event(stdout("d", 0, FAILED)));
          answers.onNext(event(exited("d", 9)));
          answers.onNext(event(ended(3, 1)));
          answers.onCompleted();
        });
  }

  private void kept(boolean preview) throws Exception {
    JobWork work = new JobWork.Action("web", "1.2.0", "apply", "ab".repeat(32), "{}", preview);
    Job job =
        ended(3, 1).toBuilder()
            .setSigned(
                SignedJob.newBuilder().setStatement(ByteString.copyFrom(SampleStatements.of(work))))
            .build();
    controller.answer(JobServiceGrpc.getGetJobMethod(), request -> job);
    controller.stream(
        JobServiceGrpc.getReadOutputMethod(),
        (request, answers) -> {
          answers.onNext(stdout("a", 0, THIS.substring(0, 50)));
          answers.onNext(stdout("a", 50, THIS.substring(50)));
          answers.onNext(stdout("b", 0, THIS));
          answers.onNext(stdout("c", 0, THAT));
          answers.onNext(stdout("d", 0, FAILED));
          answers.onCompleted();
        });
  }

  private JobWork signed() throws Exception {
    return JobStatement.read(
            controller
                .requests(SubmitJobRequest.class)
                .getLast()
                .getJob()
                .getStatement()
                .toByteArray())
        .work();
  }

  private static String digest(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whatIsTheSameIsShownOnce() throws Exception {
    bundle();
    watched();
    Result result = run("run", "--host", "a", "--preview", "web", "apply");
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(signed())
        .isEqualTo(new JobWork.Action("web", "1.2.0", "apply", "ab".repeat(32), "{}", true));
    assertThat(result.out())
        .isEqualTo(
            """
            2 hosts: a, b:
             changed /etc/x | content, mode 2 +-
             created /etc/y | file, binary
             deleted /etc/z | link
             and 2 more
             5 paths: 1 created, 1 changed, 1 deleted; 1 insertions(+), 1 deletions(-)
            diff --git a/etc/x b/etc/x
            old mode 0644
            new mode 0600
            --- a/etc/x
            +++ b/etc/x
            @@ -1 +1 @@
            -old
            +new
            diff --git a/etc/y b/etc/y
            new file mode 100644, owner 0:0
            Binary files a/etc/y and b/etc/y differ
            diff --git a/etc/z b/etc/z
            deleted link to nowhere, owner 0:0
            1 host: c:
             no changes
            1 host: d:
             changed /etc/secret | links, mtime, text not shown
             1 path: 0 created, 1 changed, 0 deleted; 0 insertions(+), 0 deletions(-)
            diff --git a/etc/secret b/etc/secret
            old owner 0:0
            new owner 1:1
            other hard links
            new modification time
            Text not shown: not everybody may read it
            """);
    assertThat(result.err())
        .contains(
            "a | said",
            "hostler: not foreseen: services: not previewed",
            "exit code 9; what it had done until then is shown",
            "to apply: hostler run --apply-preview job-1");
  }

  @Test
  void aHundredHostsAreGrouped() {
    bundle();
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          answers.onNext(event(running(100)));
          for (int i = 0; i < 100; i++) {
            String list = i % 50 == 7 ? FAILED : i % 3 == 0 ? THAT : THIS;
            answers.onNext(event(stdout("h" + i, 0, list)));
            answers.onNext(event(exited("h" + i, 0)));
          }
          answers.onNext(event(ended(100, 0)));
          answers.onCompleted();
        });
    Result result = run("run", "--host", "a", "--preview", "--stat", "web", "apply");
    assertThat(result.out().lines().filter(line -> line.matches("[0-9]+ hosts?: .*")))
        .containsExactly(
            "65 hosts: h1, h10, h11, h13, h14, and 60 more:",
            "33 hosts: h0, h12, h15, h18, h21, and 28 more:",
            "2 hosts: h57, h7:");
  }

  @Test
  void withoutTextsOrAsJson() throws Exception {
    bundle();
    watched();
    assertThat(run("run", "--host", "a", "--preview", "--stat", "web", "apply").out())
        .contains(" changed /etc/x")
        .doesNotContain("diff --git");
    JsonNode group =
        run("run", "--host", "a", "--preview", "-o", "json", "web", "apply")
            .out()
            .lines()
            .map(CliTest::json)
            .filter(line -> line.get("type").asString().equals("preview"))
            .findFirst()
            .orElseThrow();
    assertThat(group.get("digest").asString()).isEqualTo(digest(THIS));
    assertThat(group.get("hosts")).hasSize(2);
    assertThat(group.get("count").asInt()).isEqualTo(5);
    assertThat(group.get("changes").get(0).get("path").asString()).isEqualTo("/etc/x");
  }

  @Test
  void whatWasShownIsWhatIsSigned() throws Exception {
    bundle();
    watched();
    kept(true);
    Result result = run("run", "--apply-preview", "job-1", "--reason", "as discussed");
    assertThat(result.err()).contains("job-1");
    assertThat(signed())
        .isEqualTo(
            new JobWork.Snapshot("apply", "job-1", false, "as discussed", List.of(digest(THIS))));
    assertThat(controller.requests(SubmitJobRequest.class).getLast().getHostIdsList())
        .containsExactlyInAnyOrder("id-a", "id-b");
    run("run", "--apply-preview", "job-1", "--host", "a");
    assertThat(controller.requests(SubmitJobRequest.class).getLast().getHostIdsList())
        .containsExactly("id-a");
    Result none = run("run", "--apply-preview", "job-1", "--host", "c");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("previewed nothing that could be applied on these hosts");
  }

  @Test
  void aPreviewIsShownAgain() throws Exception {
    kept(true);
    Result again = run("job", "preview", "job-1");
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out()).contains("2 hosts: a, b:", "+new");
    assertThat(run("job", "preview", "job-1", "-o", "json").out()).contains(digest(THIS));
    kept(false);
    assertThat(run("job", "preview", "job-1").err()).contains("job-1 is no preview");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--preview -- id",
        "--stat web apply",
        "--reason x web apply",
        "--apply-preview job-1 web apply",
        "--apply-preview job-1 --preview"
      })
  void whatMakesNoSenseIsSaid(String line) {
    Result result = run(("run --host a " + line).split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--");
    assertThat(controller.requests(SubmitJobRequest.class)).isEmpty();
  }
}
