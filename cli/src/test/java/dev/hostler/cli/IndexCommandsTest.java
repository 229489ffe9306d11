package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.hostler.cli.fake.FakeController;
import dev.hostler.common.time.TimeSource;
import dev.hostler.proto.v1.DraftIndexRequest;
import dev.hostler.proto.v1.DraftIndexResponse;
import dev.hostler.proto.v1.GetIndexResponse;
import dev.hostler.proto.v1.IndexServiceGrpc;
import dev.hostler.proto.v1.PushIndexRequest;
import dev.hostler.proto.v1.SignedIndex;
import dev.hostler.trust.bundle.Version;
import dev.hostler.trust.index.BundleVersion;
import dev.hostler.trust.index.Revoked;
import dev.hostler.trust.index.TrustIndex;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The index: drafted, signed elsewhere or at once, pushed and shown. */
class IndexCommandsTest extends CliTest {
  private static final String MANIFEST = "ab".repeat(32);

  private final Instant now = TimeSource.system().instant().truncatedTo(ChronoUnit.SECONDS);
  private Path keys;

  @BeforeEach
  void script() throws Exception {
    keys = folder.resolve("index-keys");
    assertThat(run("signer", "create", keys.toString(), "--purpose", "index").code()).isZero();
    controller.answer(
        IndexServiceGrpc.getDraftIndexMethod(),
        _ ->
            DraftIndexResponse.newBuilder()
                .setStatement(ByteString.copyFrom(index().canonicalJson()))
                .build());
    controller.answer(
        IndexServiceGrpc.getPushIndexMethod(),
        request -> GetIndexResponse.newBuilder().setIndex(request.getIndex()).build());
  }

  private TrustIndex index() {
    return new TrustIndex(
        7,
        now,
        now.plus(Duration.ofDays(3)),
        List.of(
            new BundleVersion("web", Version.parse("1.4.0"), MANIFEST, false),
            new BundleVersion("web", Version.parse("1.3.0"), "cd".repeat(32), true)),
        new Revoked(new TreeSet<>(), new TreeSet<>(), new TreeSet<>(List.of("mallory"))));
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void oneCommandSignsWhatTheControllerDraftsAndPutsItInForce() {
    Result signed = run("index", "sign", "--signer", keys.toString(), "--life", "3d");
    assertThat(signed.code()).as(signed.err()).isZero();
    assertThat(signed.out())
        .contains("Index 7 is signed and in force", "2 bundle versions, 1 of them yanked")
        .contains("revoked: 1 operators");
    assertThat(controller.requests(DraftIndexRequest.class).getFirst().getLife().getSeconds())
        .isEqualTo(3 * 86_400);
    SignedIndex pushed = controller.requests(PushIndexRequest.class).getFirst().getIndex();
    assertThat(pushed.getStatement().toByteArray()).isEqualTo(index().canonicalJson());
    assertThat(pushed.getSignature().isEmpty()).isFalse();

    controller.answer(
        IndexServiceGrpc.getGetIndexMethod(),
        _ -> GetIndexResponse.newBuilder().setIndex(pushed).build());
    assertThat(run("index", "show").out()).contains("web", "1.4.0", "good", "yanked", "mallory");
    JsonNode json = run("index", "show", "-o", "json").json();
    assertThat(json.get("number").intValue()).isEqualTo(7);
    assertThat(json.get("signer").stringValue()).contains("CN=Hostler");
    assertThat(json.at("/bundles/1/manifest_digest").stringValue()).isEqualTo(MANIFEST);
    assertThat(json.at("/revoked_operators/0").stringValue()).isEqualTo("mallory");
  }

  @Test
  void aDraftIsSignedOnAnotherMachineWithoutAController() {
    String file = at("index.json");
    assertThat(run("index", "draft", "--out", file).out()).contains("Wrote", "index 7");

    controller.kill();
    Result signed = run("index", "sign", "--signer", keys.toString(), "--draft", file);
    assertThat(signed.code()).as(signed.err()).isZero();
    assertThat(signed.out()).contains("Signed index 7", "Next: hostler index push " + file);
    assertThat(run("index", "show", "--file", file).out()).contains("CN=Hostler", "1.4.0");

    controller.restart();
    assertThat(run("index", "push", file).out()).contains("Index 7 is in force");
    assertThat(controller.requests(PushIndexRequest.class)).hasSize(1);
  }

  @Test
  void whatIsNoIndexIsNeitherSignedNorPushedNorShown() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.json"), "{}");
    Result signed = run("index", "sign", "--signer", keys.toString(), "--draft", file.toString());
    assertThat(signed.code()).isEqualTo(2);
    assertThat(signed.err()).contains("cannot be signed");
    assertThat(Path.of(file + ".cms")).doesNotExist();
    Files.writeString(Path.of(file + ".cms"), "no signature");
    assertThat(run("index", "push", file.toString()).err()).contains("is not an index");
    assertThat(run("index", "show", "--file", file.toString()).err()).contains("is not good");
    assertThat(run("index", "show", "--file", at("none")).code()).isEqualTo(2);
    assertThat(run("index", "push", at("none")).code()).isEqualTo(2);
    assertThat(controller.requests(PushIndexRequest.class)).isEmpty();
    assertThat(run("index", "sign").err()).contains("--signer FOLDER");
    assertThat(run("index", "sign", "--signer", at("nowhere")).code()).isEqualTo(2);

    controller.answer(
        IndexServiceGrpc.getDraftIndexMethod(),
        _ -> DraftIndexResponse.newBuilder().setStatement(ByteString.copyFromUtf8("[]")).build());
    Result draft = run("index", "draft", "--out", at("out.json"));
    assertThat(draft.code()).isEqualTo(2);
    assertThat(draft.err()).contains("the controller's draft is not an index");
    assertThat(folder.resolve("out.json")).doesNotExist();
  }

  @Test
  void aRefusalOfTheControllerIsPassedOn() {
    controller.answer(
        IndexServiceGrpc.getPushIndexMethod(),
        _ -> {
          throw FakeController.refuse(Status.PERMISSION_DENIED, "operator ann may not");
        });
    Result refused = run("index", "sign", "--signer", keys.toString());
    assertThat(refused.code()).isEqualTo(3);
    assertThat(refused.err()).contains("operator ann may not");
  }
}
