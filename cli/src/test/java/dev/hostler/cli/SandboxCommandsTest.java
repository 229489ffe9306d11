package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.trust.bundle.BundleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What an action may do, in words. */
class SandboxCommandsTest extends CliTest {
  private String file;

  @BeforeEach
  void build() throws IOException {
    Path source = Files.createDirectories(folder.resolve("source/payload/bin"));
    Path program = Files.writeString(source.resolve("go"), "#!/bin/sh\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.writeString(source.resolve("../profile.json"), "{}");
    Files.writeString(
        folder.resolve("source/bundle.toml"),
        """
        name = "tool"
        version = "1.2.3"

        [actions.harmless]
        argv = ["bin/go"]

        [actions.mighty]
        argv = ["bin/go", "--now"]
        run_as = "root"
        snapshot = ["/srv/data"]
        state = ["sysctl:net.ipv4.ip_forward"]
        [actions.mighty.sandbox]
        writable = ["/etc/cron.d", "/srv/data"]
        read_only = ["/root/.config"]
        capabilities = ["CAP_CHOWN"]
        network = "host"
        seccomp = "profile.json"
        on_denied = "kill"

        [actions.reaching]
        argv = ["bin/go"]
        [actions.reaching.sandbox]
        network = "allow-list"
        peers = ["repo.example:443", "127.0.0.1:5432", "0.0.0.0/0:80"]
        connections = 5
        """);
    file = folder.resolve("tool.hostler").toString();
    assertThat(run("bundle", "build", folder.resolve("source").toString(), "--out", file).code())
        .isZero();
  }

  @Test
  void whomAnActionMayReachIsNamed() {
    Result result = run("sandbox", "show", file, "reaching");
    assertThat(result.out())
        .contains(
            "only repo.example:443, 127.0.0.1:5432, 0.0.0.0/0:80, at most 5 connections at once")
        .contains("reaches 127.0.0.1:5432, a service that may trust whoever is on the host")
        .contains("reaches anybody, by 0.0.0.0/0:80");
    Result json = run("sandbox", "show", file, "reaching", "-o", "json");
    assertThat(json.json().get("peers").get(0).asString()).isEqualTo("repo.example:443");
    assertThat(json.json().get("connections").asLong()).isEqualTo(5);
  }

  @Test
  void aHarmlessActionIsSaidToBeSo() {
    Result result = run("sandbox", "show", file, "harmless");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("as a user that owns nothing")
        .contains("nothing of the host; a private /tmp")
        .contains("no network and no Unix socket")
        .contains("none of root's")
        .contains("what ordinary programs need")
        .contains("nothing is kept of what it changes")
        .doesNotContain("beware");
  }

  @Test
  void aMightyOneIsExplainedWithItsDangers() {
    Result result = run("sandbox", "show", file, "mighty");

    assertThat(result.out())
        .contains("bin/go --now as root")
        .contains("of these only /root/.config")
        .contains("/etc/cron.d, /srv/data")
        .contains("of root's only CAP_CHOWN")
        .contains("its own profile profile.json")
        .contains("the first denied system call ends it")
        .contains("who writes /etc/cron.d may become root on the host")
        .contains("runs as root and keeps CAP_CHOWN")
        .contains("services that trust local programs")
        .contains(
            "hosts keep /srv/data, sysctl:net.ipv4.ip_forward; brought back by hand, or if it")
        .doesNotContain("who writes /srv/data");
    JsonNode json = run("sandbox", "show", file, "mighty", "-o", "json").json();
    assertThat(json.get("on_denied").stringValue()).isEqualTo("kill");
    assertThat(json.get("beware").size()).isEqualTo(3);
    assertThat(json.get("snapshot").get(0).asString()).isEqualTo("/srv/data");
    assertThat(json.get("rollback_on_failure").asBoolean()).isFalse();
    assertThat(json.get("limits").get("pids").intValue()).isEqualTo(64);
  }

  @Test
  void aPushedOneIsShownIfTheManifestIsTheOneOfItsDigest() throws Exception {
    byte[] manifest;
    String digest;
    try (BundleFile opened = BundleFile.open(Path.of(file))) {
      manifest = opened.manifest().canonicalJson();
      digest = opened.manifestDigestHex();
    }
    Bundle.Builder answer =
        Bundle.newBuilder()
            .setName("tool")
            .setManifestDigest(ByteString.copyFrom(HexFormat.of().parseHex(digest)))
            .setManifest(ByteString.copyFrom(manifest));
    controller.answer(BundleServiceGrpc.getGetBundleMethod(), _ -> answer.build());

    Result shown = run("sandbox", "show", "tool@1.2.3", "harmless");

    assertThat(shown.out()).as(shown.err()).contains("tool 1.2.3 harmless");
    assertThat(controller.requests(GetBundleRequest.class).getFirst().getVersion())
        .isEqualTo("1.2.3");
    answer.setManifest(ByteString.copyFromUtf8("{}"));
    Result lie = run("sandbox", "show", "tool", "harmless");
    assertThat(lie.code()).isEqualTo(1);
    assertThat(lie.err()).contains("not the one of that digest");
  }

  @Test
  void mistakesSayWhatThereIs() throws IOException {
    Result unknown = run("sandbox", "show", file, "other");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("no action \"other\"; it has harmless, mighty");
    assertThat(run("sandbox", "show", "./none", "x").err()).contains("there is no file ./none");
    Path broken = Files.writeString(folder.resolve("broken"), "x");
    assertThat(run("sandbox", "show", broken.toString(), "x").code()).isPositive();
  }
}
