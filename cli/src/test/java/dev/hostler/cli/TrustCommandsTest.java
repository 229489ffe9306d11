package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.cli.fake.FakeController;
import dev.hostler.cli.fake.Samples;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.signing.Pem;
import dev.hostler.proto.v1.AddTrustedCertificateRequest;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleCheck;
import dev.hostler.proto.v1.BundleHolder;
import dev.hostler.proto.v1.BundleReport;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.BundleStatus;
import dev.hostler.proto.v1.CertificateInfo;
import dev.hostler.proto.v1.CheckResult;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.proto.v1.ListTrustedCertificatesRequest;
import dev.hostler.proto.v1.ListTrustedCertificatesResponse;
import dev.hostler.proto.v1.RemoveTrustedCertificateRequest;
import dev.hostler.proto.v1.Revocation;
import dev.hostler.proto.v1.RevokeCertificateRequest;
import dev.hostler.proto.v1.TrustKind;
import dev.hostler.proto.v1.TrustServiceGrpc;
import dev.hostler.proto.v1.TrustedCertificate;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Known roots, revocation, and how bundles stand. */
class TrustCommandsTest extends CliTest {
  private static final String HEX = "ab".repeat(32);

  private static TrustedCertificate root() {
    return TrustedCertificate.newBuilder()
        .setKind(TrustKind.TRUST_KIND_BUNDLE)
        .setCertificate(
            CertificateInfo.newBuilder()
                .setFingerprint(HEX)
                .setSubject("CN=acme root")
                .setNotAfter(Samples.at(4_000_000_000L)))
        .setAddedAt(Samples.at(5))
        .setAddedBy("ann")
        .build();
  }

  @Test
  void rootsAreListedAddedAndRemoved() throws Exception {
    controller.answer(
        TrustServiceGrpc.getListTrustedCertificatesMethod(),
        _ -> ListTrustedCertificatesResponse.newBuilder().addCertificates(root()).build());
    controller.answer(TrustServiceGrpc.getAddTrustedCertificateMethod(), _ -> root());
    controller.answer(TrustServiceGrpc.getRemoveTrustedCertificateMethod(), _ -> root());

    assertThat(run("trust", "list").out()).contains("bundle", "CN=acme root", "known", "ann", HEX);
    JsonNode json = run("trust", "list", "--kind", "bundle", "-o", "json").json();
    assertThat(json.at("/0/fingerprint").stringValue()).isEqualTo(HEX);
    assertThat(controller.requests(ListTrustedCertificatesRequest.class).getLast().getKind())
        .isEqualTo(TrustKind.TRUST_KIND_BUNDLE);
    assertThat(run("trust", "list", "--kind", "fleet").err()).contains("--kind fleet");

    String ca = fleet.file("ca.crt").toString();
    assertThat(run("trust", "add", ca, "--kind", "index").out()).contains("CN=acme root is known");
    AddTrustedCertificateRequest added =
        controller.requests(AddTrustedCertificateRequest.class).getFirst();
    assertThat(added.getKind()).isEqualTo(TrustKind.TRUST_KIND_INDEX);
    assertThat(added.getPem()).startsWith("-----BEGIN CERTIFICATE-----");
    assertThat(run("trust", "add", ca).code()).isEqualTo(2);
    assertThat(run("trust", "add", "/no/such/file", "--kind", "index").code()).isEqualTo(2);

    assertThat(run("trust", "remove", HEX.toUpperCase(java.util.Locale.ROOT)).code()).isZero();
    assertThat(run("trust", "remove", ca).code()).isZero();
    assertThat(controller.requests(RemoveTrustedCertificateRequest.class))
        .extracting(RemoveTrustedCertificateRequest::getFingerprint)
        .containsExactly(
            HEX, Fingerprints.sha256(Pem.certificates(fleet.file("ca.crt")).getFirst()));
    assertThat(run("trust", "remove", "xyz").err()).contains("neither a fingerprint");
  }

  @Test
  void certificatesAreRevoked() {
    controller.answer(
        TrustServiceGrpc.getRevokeCertificateMethod(),
        request ->
            Revocation.newBuilder()
                .setValue(request.getFingerprint())
                .setReason(request.getReason())
                .setBy("ann")
                .build());
    JsonNode json = run("trust", "revoke", HEX, "--reason", "stolen", "-o", "json").json();
    assertThat(json.get("reason").stringValue()).isEqualTo("stolen");
    assertThat(run("trust", "revoke", HEX).out())
        .isEqualTo("Certificate " + HEX + " is revoked.\n");
    assertThat(controller.requests(RevokeCertificateRequest.class)).hasSize(2);
    controller.answer(
        TrustServiceGrpc.getRevokeCertificateMethod(),
        _ -> {
          throw FakeController.refuse(
              Status.PERMISSION_DENIED, "operator ann (role viewer) may not");
        });
    Result refused = run("trust", "revoke", HEX);
    assertThat(refused.code()).isEqualTo(3);
    assertThat(refused.err()).contains("operator ann (role viewer) may not");
  }

  @Test
  void aBundlesStandingIsShown() {
    controller.answer(
        BundleServiceGrpc.getGetBundleStatusMethod(),
        request ->
            BundleStatus.newBuilder()
                .setBundle(Bundle.newBuilder().setName(request.getName()).setVersion("1.0.0"))
                .setReport(
                    BundleReport.newBuilder()
                        .setAcceptable(request.getVersion().isEmpty())
                        .addChain(root().getCertificate())
                        .addChecks(
                            BundleCheck.newBuilder()
                                .setName("revocation")
                                .setResult(CheckResult.CHECK_RESULT_FAILED)
                                .setMessage("is revoked")))
                .addHolders(BundleHolder.newBuilder().setHostId("1").setHostName("web-1"))
                .build());
    Result good = run("bundle", "status", "hello");
    assertThat(good.code()).isZero();
    assertThat(good.out())
        .contains("hello 1.0.0", "failed: is revoked", "web-1", "nothing speaks against it");
    Result bad = run("bundle", "status", "hello@1.0.0", "-o", "json");
    assertThat(bad.code()).isEqualTo(1);
    assertThat(bad.json().at("/checks/0/result").stringValue()).isEqualTo("failed");
    assertThat(bad.json().at("/chain/0/subject").stringValue()).isEqualTo("CN=acme root");
    assertThat(bad.json().at("/holders/0/host_name").stringValue()).isEqualTo("web-1");
    assertThat(controller.requests(GetBundleRequest.class).getLast().getVersion())
        .isEqualTo("1.0.0");
  }
}
