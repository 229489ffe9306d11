package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.running;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.hostler.cli.fake.SealedHost;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.ActionCall;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListHostsRequest;
import dev.hostler.proto.v1.ListHostsResponse;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.secret.SealedParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Secret parameters as they leave the operator's machine. */
class SecretRunTest extends CliTest {
  private final SealedHost a =
      new SealedHost("id-a", SealedHost.fleet(Instant.now()), Instant.now());
  private final SealedHost b =
      new SealedHost("id-b", SealedHost.fleet(Instant.now()), Instant.now());

  @BeforeEach
  void script() throws IOException {
    controller.answer(
        BundleServiceGrpc.getGetBundleMethod(),
        request ->
            Bundle.newBuilder()
                .setName("db")
                .setVersion("1.0.0")
                .setManifestDigest(ByteString.copyFrom(HexFormat.of().parseHex("ab".repeat(32))))
                .addActions(
                    Action.newBuilder()
                        .setName("set")
                        .setParamsSchema(
                            "{\"type\":\"object\",\"properties\":{\"who\":{\"type\":\"string\"},"
                                + "\"password\":{\"type\":\"string\",\"writeOnly\":true}},"
                                + "\"required\":[\"password\"],\"additionalProperties\":false}"))
                .build());
    controller.answer(HostServiceGrpc.getGetHostMethod(), request -> a.host(request.getHost()));
    controller.answer(
        HostServiceGrpc.getListHostsMethod(),
        request ->
            ListHostsResponse.newBuilder().addHosts(a.host("a")).addHosts(b.host("b")).build());
    controller.answer(
        JobServiceGrpc.getSubmitJobMethod(),
        request ->
            running(2).toBuilder()
                .setAction(
                    ActionCall.newBuilder()
                        .setParams(
                            Struct.newBuilder()
                                .putFields("password", sealedValue())
                                .putFields("who", Value.newBuilder().setStringValue("x").build())))
                .build());
    environment.put("HOSTLER_KNOWN_KEYS", folder.resolve("known").toString());
  }

  private static Value sealedValue() {
    return Value.newBuilder()
        .setStructValue(
            Struct.newBuilder()
                .putFields("$sealed", Value.newBuilder().setStringValue("AAAA").build()))
        .build();
  }

  private void know(SealedHost... hosts) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (SealedHost host : hosts) {
      lines.append(host.id + " " + host.key.fingerprint() + " name\n");
    }
    Files.writeString(folder.resolve("known"), lines);
  }

  @Test
  void aSecretLeavesSealedToEachTarget() throws Exception {
    know(a, b);
    input = "hunter2-from-stdin\n";
    Result result =
        run(
            "run",
            "-t",
            "true",
            "db",
            "set",
            "--param",
            "password=@-",
            "--param",
            "who=ann",
            "--detach",
            "-o",
            "json");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.json().get("params").toString())
        .isEqualTo("{\"password\":\"(sealed)\",\"who\":\"x\"}");
    assertThat(result.err()).isEmpty();
    assertThat(controller.requests(ListHostsRequest.class).getFirst().getSealingKeys()).isTrue();
    SubmitJobRequest sent = controller.requests(SubmitJobRequest.class).getFirst();
    assertThat(sent.toString()).doesNotContain("hunter2");
    JobStatement statement = JobStatement.read(sent.getJob().getStatement().toByteArray());
    String params = ((JobWork.Action) statement.work()).params();
    assertThat(params).contains("$sealed", "\"who\":\"ann\"").doesNotContain("hunter2");
    assertThat(sent.getSealedKeysList()).hasSize(2);
    for (SealedHost host : new SealedHost[] {a, b}) {
      byte[] key =
          sent.getSealedKeysList().stream()
              .filter(one -> one.getHostId().equals(host.id))
              .findFirst()
              .orElseThrow()
              .getWrapped()
              .toByteArray();
      assertThat(SealedParameters.open(params, key, statement.nonce(), host.id, host.pair))
          .isEqualTo("{\"password\":\"hunter2-from-stdin\",\"who\":\"ann\"}");
    }
  }

  @Test
  void nothingIsSentIfAHostIsNotTrusted() throws Exception {
    know(a);
    Result result = run("run", "-t", "true", "db", "set", "--param", "password=hunter2");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains("warning: --param password=... is secret", "host b (id-b)", "not trusted")
        .doesNotContain("hunter2");
    assertThat(controller.requests(SubmitJobRequest.class)).isEmpty();
  }

  @Test
  void showsAndTrustsTheKeyOfAHost() {
    Result before = run("host", "key", "a", "-o", "json");
    assertThat(before.json().get("offered").asString()).isEqualTo(a.key.fingerprint());
    assertThat(before.json().has("trusted")).isFalse();
    assertThat(run("host", "key", "a").out()).contains("none yet");
    Result other = run("host", "key", "a", "--trust", b.key.fingerprint());
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("offers another key", "nothing was changed");
    Result trusted = run("host", "key", "a", "--trust", a.key.fingerprint(), "-o", "json");
    assertThat(trusted.json().get("trusted").asString()).isEqualTo(a.key.fingerprint());
  }
}
