package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.hostler.cli.console.Terminals;
import dev.hostler.cli.fake.FakeController;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.proto.v1.ListBundlesResponse;
import dev.hostler.proto.v1.PushBundleRequest;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Bundles and signers. */
class BundleCommandsTest extends CliTest {

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  private String signed() {
    Path source = folder.resolve("hello");
    if (!Files.exists(source)) {
      assertThat(run("bundle", "init", source.toString()).code()).isZero();
      assertThat(run("signer", "create", at("keys")).code()).isZero();
    }
    Result built = run("bundle", "build", source.toString(), "--out", at("hello.hostler"));
    assertThat(built.code()).as(built.err()).isZero();
    Result sign = run("bundle", "sign", at("hello.hostler"), "--signer", at("keys"));
    assertThat(sign.code()).as(sign.err()).isZero();
    return at("hello.hostler");
  }

  @Test
  void fromNothingToAVerifiedBundle() {
    String file = signed();
    Result verified = run("bundle", "verify", file, "--root", at("keys/root.crt"));

    assertThat(verified.code()).as(verified.err()).isZero();
    assertThat(verified.out()).contains("hello 0.1.0", "(trusted)", "hello");
    JsonNode json = run("bundle", "verify", file, "-o", "json").json();
    assertThat(json.get("valid").booleanValue()).isTrue();
    assertThat(json.get("signer_checked").booleanValue()).isFalse();
  }

  @Test
  void theSameFolderGivesTheSameDigest() {
    signed();
    JsonNode one =
        run("bundle", "build", at("hello"), "--out", at("1.hostler"), "-o", "json").json();
    JsonNode two =
        run("bundle", "build", at("hello"), "--out", at("2.hostler"), "-o", "json").json();

    assertThat(one.get("manifest_digest")).isEqualTo(two.get("manifest_digest"));
    assertThat(one.get("version").stringValue()).isEqualTo("0.1.0");
  }

  @Test
  void whatAHostWouldRefuseIsRefused() throws IOException {
    String file = signed();
    assertThat(run("signer", "create", at("others"), "--algorithm", "p256").code()).isZero();

    Result stranger = run("bundle", "verify", file, "--root", at("others/root.crt"));
    assertThat(stranger.code()).isEqualTo(1);
    assertThat(stranger.err()).contains("is refused (signer_untrusted)");

    assertThat(run("bundle", "build", at("hello"), "--out", at("bare.hostler")).code()).isZero();
    Result unsigned = run("bundle", "verify", at("bare.hostler"), "-o", "json");
    assertThat(unsigned.code()).isEqualTo(1);
    assertThat(unsigned.json().get("reason").stringValue()).isEqualTo("unsigned");

    byte[] bytes = Files.readAllBytes(Path.of(file));
    Path cut = Files.write(folder.resolve("cut"), java.util.Arrays.copyOf(bytes, 1000));
    assertThat(run("bundle", "verify", cut.toString()).code()).isEqualTo(1);
    assertThat(run("bundle", "verify", at("none")).code()).isEqualTo(2);
    assertThat(run("bundle", "verify", file, "--root", file).code()).isEqualTo(2);
  }

  @Test
  void mistakesOfTheDeclarationAreAllNamed() throws IOException {
    signed();
    Path toml = folder.resolve("hello/bundle.toml");
    Files.writeString(
        toml, Files.readString(toml).replace("0.1.0", "x").replace("64MiB", "64 moons"));
    Result result = run("bundle", "build", at("hello"), "--out", at("x.hostler"));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("bundle.toml:2:", "version", "64 moons");
    assertThat(folder.resolve("x.hostler")).doesNotExist();
    try (var files = Files.list(folder)) {
      assertThat(files.filter(f -> f.getFileName().toString().startsWith(".hostler-"))).isEmpty();
    }
  }

  @Test
  void nothingIsOverwrittenAndNamesAreChecked() {
    signed();
    Result again = run("bundle", "init", at("hello"));
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("bundle.toml exists already");
    assertThat(run("signer", "create", at("keys")).err()).contains("exists already");
    assertThat(run("bundle", "init", at("A B")).err()).contains("is no bundle name");
    assertThat(run("bundle", "init", at("A B"), "--name", "ab", "-o", "json").json().get("name"))
        .hasToString("\"ab\"");
    assertThat(run("bundle", "build", at("empty")).code()).isEqualTo(2);
  }

  @Test
  void signingWantsOneWayToNameTheSigner() {
    String file = signed();
    Result cert =
        run(
            "bundle",
            "sign",
            file,
            "--cert",
            at("keys/signer.crt"),
            "--key",
            at("keys/signer.key"),
            "--out",
            at("two.hostler"),
            "-o",
            "json");
    assertThat(cert.json().get("signer").stringValue()).contains("Hostler bundle signer");
    assertThat(run("bundle", "sign", file).err()).contains("--signer FOLDER");
    assertThat(run("bundle", "sign", file, "--cert", at("keys/signer.crt")).code()).isEqualTo(2);
    assertThat(run("bundle", "sign", at("none"), "--signer", at("keys")).code()).isEqualTo(2);
    // A root is no signer.
    Result root =
        run("bundle", "sign", file, "--cert", at("keys/root.crt"), "--key", at("keys/root.key"));
    assertThat(root.code()).isEqualTo(2);
    assertThat(root.err()).contains("cannot be signed", "not for signing bundles");
  }

  private static Bundle stored() {
    return Bundle.newBuilder()
        .setName("hello")
        .setVersion("0.1.0")
        .setManifestDigest(ByteString.copyFrom(new byte[] {1, (byte) 0xab}))
        .setSize(3000)
        .setSigner("CN=s")
        .setPushedBy("admin")
        .setPushedAt(dev.hostler.cli.fake.Samples.at(1))
        .setDescription("Says hello")
        .addActions(
            Action.newBuilder()
                .setName("hello")
                .setParamsSchema(
                    """
                    {"type": "object", "required": ["b"], "properties": {
                      "a": {"enum": ["x", 1], "default": "x", "description": "the first"},
                      "b": {"type": ["string", "null"]}, "c": {}}}
                    """)
                .setRunAs("default")
                .setNetwork("none")
                .setTimeout(Duration.newBuilder().setSeconds(30))
                .addWritablePaths("/srv"))
        .build();
  }

  @Test
  void pushSendsTheWholeFileInPieces() throws IOException {
    signed();
    byte[] payload = new byte[1_500_000];
    new Random(3).nextBytes(payload);
    Files.write(folder.resolve("hello/payload/data"), payload);
    String file = signed();
    AtomicReference<List<PushBundleRequest>> got = new AtomicReference<>();
    controller.upload(
        BundleServiceGrpc.getPushBundleMethod(),
        requests -> {
          got.set(requests);
          return stored();
        });
    terminals = new Terminals(false, false, true);
    Result result = run("bundle", "push", file);

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("Pushed hello 0.1.0 (digest 01ab).\n");
    assertThat(result.err()).contains(" of 1.4 MiB sent").endsWith("\r\033[K");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    got.get().forEach(piece -> all.writeBytes(piece.getData().toByteArray()));
    assertThat(all.toByteArray()).isEqualTo(Files.readAllBytes(Path.of(file)));
    assertThat(got.get()).hasSizeGreaterThan(4);
    assertThat(got.get().getFirst().getSize()).isEqualTo(all.size());
  }

  @Test
  void aRefusedPushIsReported() throws IOException {
    String file = signed();
    controller.upload(
        BundleServiceGrpc.getPushBundleMethod(),
        requests -> {
          throw FakeController.refuse(Status.ALREADY_EXISTS, "hello 0.1.0 is another bundle");
        });
    Result exists = run("bundle", "push", file);
    assertThat(exists.code()).isEqualTo(2);
    assertThat(exists.err()).contains("hello 0.1.0 is another bundle");

    assertThat(run("bundle", "build", at("hello"), "--out", at("bare")).code()).isZero();
    assertThat(run("bundle", "push", at("bare")).err()).contains("is not signed", "bundle sign");
    Path text = Files.writeString(folder.resolve("text"), "no bundle");
    assertThat(run("bundle", "push", text.toString()).code()).isEqualTo(2);
    assertThat(run("bundle", "push", at("none")).err()).contains("there is no file");
  }

  @Test
  void bundlesOfTheControllerAreShown() {
    controller.answer(
        BundleServiceGrpc.getListBundlesMethod(),
        request -> ListBundlesResponse.newBuilder().addBundles(stored()).build());
    controller.answer(BundleServiceGrpc.getGetBundleMethod(), request -> stored());

    assertThat(run("bundle", "list").out()).contains("hello", "0.1.0", "2.9 KiB", "CN=s");
    assertThat(run("bundle", "list", "hello", "-o", "json").json().at("/0/manifest_digest"))
        .hasToString("\"01ab\"");
    assertThat(run("bundle", "show", "hello@0.1.0").out())
        .contains("Says hello", "action", "/srv", "30s")
        .contains(
            "parameters\n  a  (\"x\" | 1, default \"x\")  the first\n"
                + "  b  (string or null, required)\n  c  (any)");
    assertThat(controller.requests(GetBundleRequest.class).getFirst().getVersion())
        .isEqualTo("0.1.0");
    assertThat(
            run("bundle", "show", "hello", "-o", "json")
                .json()
                .at("/actions/0/params_schema/type")
                .stringValue())
        .isEqualTo("object");
  }
}
