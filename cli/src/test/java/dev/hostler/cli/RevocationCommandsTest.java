package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.hostler.cli.fake.Samples;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.signing.Pem;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.proto.v1.IndexServiceGrpc;
import dev.hostler.proto.v1.LiftYankRequest;
import dev.hostler.proto.v1.ListRevocationsResponse;
import dev.hostler.proto.v1.Revocation;
import dev.hostler.proto.v1.RevocationKind;
import dev.hostler.proto.v1.RevokeRequest;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Operators, certificates and bundle versions: revoked, yanked, and listed. */
class RevocationCommandsTest extends CliTest {
  private static final String DIGEST = "ab".repeat(32);

  @BeforeEach
  void script() {
    controller.answer(
        IndexServiceGrpc.getRevokeMethod(),
        request ->
            Revocation.newBuilder()
                .setKind(request.getKind())
                .setValue(request.getValue())
                .setReason(request.getReason())
                .setBy("ann")
                .setAt(Samples.at(5))
                .build());
    controller.answer(
        IndexServiceGrpc.getLiftYankMethod(),
        request -> Revocation.newBuilder().setValue(request.getManifestDigest()).build());
    controller.answer(
        BundleServiceGrpc.getGetBundleMethod(),
        _ ->
            Bundle.newBuilder()
                .setManifestDigest(ByteString.copyFrom(HexFormat.of().parseHex(DIGEST)))
                .build());
  }

  private RevokeRequest last() {
    return controller.requests(RevokeRequest.class).getLast();
  }

  @Test
  void anOperatorIsRevokedByName() {
    Result done = run("revocation", "create", "operator", "mallory", "--reason", "left");
    assertThat(done.out()).isEqualTo("Revoked the operator mallory.\n");
    assertThat(last().getKind()).isEqualTo(RevocationKind.REVOCATION_KIND_OPERATOR);
    assertThat(last().getReason()).isEqualTo("left");
  }

  @Test
  void aCertificateIsRevokedByItsFileOrItsFingerprint() throws Exception {
    String ca = fleet.file("ca.crt").toString();
    assertThat(run("revocation", "create", "certificate", ca).code()).isZero();
    assertThat(last().getValue())
        .isEqualTo(Fingerprints.sha256(Pem.certificates(fleet.file("ca.crt")).getFirst()));
    JsonNode json = run("revocation", "create", "certificate", DIGEST, "-o", "json").json();
    assertThat(json.get("value").stringValue()).isEqualTo(DIGEST);
    assertThat(json.get("kind").stringValue()).isEqualTo("certificate");

    int before = controller.requests(RevokeRequest.class).size();
    assertThat(run("revocation", "create", "certificate", "/no/such/file").code()).isEqualTo(2);
    String key = fleet.file("admin.key").toString();
    assertThat(run("revocation", "create", "certificate", key).code()).isEqualTo(2);
    assertThat(controller.requests(RevokeRequest.class)).hasSize(before);
  }

  @Test
  void aBundleVersionIsFoundByItsName() {
    Result done = run("revocation", "create", "bundle", "web@1.4.0", "--reason", "CVE-2026-1");
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(last().getValue()).isEqualTo(DIGEST);
    GetBundleRequest asked = controller.requests(GetBundleRequest.class).getFirst();
    assertThat(asked.getName() + " " + asked.getVersion()).isEqualTo("web 1.4.0");
    for (String bad : new String[] {"web", "@1.0.0", "web@"}) {
      Result refused = run("revocation", "create", "bundle", bad);
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains("'" + bad + "' is not one bundle version");
    }
    assertThat(run("revocation", "create", "fleet", "x").code()).isEqualTo(2);
  }

  @Test
  void aVersionIsYankedAndPutBack() {
    assertThat(run("bundle", "yank", "web@1.4.0", "--reason", "breaks logins").out())
        .isEqualTo("Yanked web@1.4.0.\n");
    assertThat(last().getKind()).isEqualTo(RevocationKind.REVOCATION_KIND_YANK);
    assertThat(last().getValue()).isEqualTo(DIGEST);
    assertThat(run("bundle", "yank", DIGEST, "--undo").out())
        .isEqualTo("Back in use: " + DIGEST + ".\n");
    assertThat(controller.requests(LiftYankRequest.class).getFirst().getManifestDigest())
        .isEqualTo(DIGEST);
  }

  @Test
  void whatIsRevokedIsListed() {
    controller.answer(
        IndexServiceGrpc.getListRevocationsMethod(),
        _ ->
            ListRevocationsResponse.newBuilder()
                .addRevocations(
                    Revocation.newBuilder()
                        .setKind(RevocationKind.REVOCATION_KIND_BUNDLE)
                        .setValue(DIGEST)
                        .setReason("CVE-2026-1")
                        .setBy("ann")
                        .setAt(Samples.at(5)))
                .build());
    assertThat(run("revocation", "list").out()).contains("bundle", DIGEST, "ann", "CVE-2026-1");
    JsonNode json = run("revocation", "list", "-o", "json").json();
    assertThat(json.at("/0/at").stringValue()).isEqualTo("1970-01-01T00:00:05Z");
    assertThat(json.at("/0/kind").stringValue()).isEqualTo("bundle");
  }
}
