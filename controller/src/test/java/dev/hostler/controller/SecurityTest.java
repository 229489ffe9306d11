package dev.hostler.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.link.TestBundles;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.proto.v1.AddTrustedCertificateRequest;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.AuditEntry;
import dev.hostler.proto.v1.AuditFilter;
import dev.hostler.proto.v1.AuditServiceGrpc;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleCheck;
import dev.hostler.proto.v1.BundleReport;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.BundleStatus;
import dev.hostler.proto.v1.CheckBundleRequest;
import dev.hostler.proto.v1.CreateTokenRequest;
import dev.hostler.proto.v1.EnrollRequest;
import dev.hostler.proto.v1.EnrollmentGrpc;
import dev.hostler.proto.v1.ExportAuditRequest;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.proto.v1.GetHostRequest;
import dev.hostler.proto.v1.HostFacts;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.LabelHostRequest;
import dev.hostler.proto.v1.ListAuditRequest;
import dev.hostler.proto.v1.ListBundlesRequest;
import dev.hostler.proto.v1.ListHostsRequest;
import dev.hostler.proto.v1.ListTrustedCertificatesRequest;
import dev.hostler.proto.v1.PushBundleRequest;
import dev.hostler.proto.v1.RemoveTrustedCertificateRequest;
import dev.hostler.proto.v1.RenewCertificateRequest;
import dev.hostler.proto.v1.RevokeCertificateRequest;
import dev.hostler.proto.v1.TokenServiceGrpc;
import dev.hostler.proto.v1.TrustKind;
import dev.hostler.proto.v1.TrustServiceGrpc;
import dev.hostler.proto.v1.TrustedCertificate;
import dev.hostler.trust.audit.AuditRow;
import dev.hostler.trust.audit.ChainCheck;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Roles with scopes, the audit log and what is known of bundles, at the ports of a whole
 * controller.
 */
class SecurityTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  @TempDir static Path folder;
  private static final List<ManagedChannel> CHANNELS = new ArrayList<>();
  private static ControllerFixture fixture;
  private static TestBundles files;
  private static ManagedChannel admin;

  @BeforeAll
  static void start() throws Exception {
    files = new TestBundles(folder);
    fixture =
        new ControllerFixture(
            folder.resolve("data"),
            """
            [[role]]
            name = "web"
            permissions = ["host.*", "bundle.*", "job.*"]
            selector = "labels.role == 'web'"
            bundles = ["web-*"]
            [[operator]]
            name = "eve"
            roles = []
            [database]
            url = "%s"
            user = "%s"
            """
                .formatted(DB.address().jdbcUrl(), DB.address().user()),
            Map.of("HOSTLER_DATABASE_PASSWORD", DB.address().password()));
    admin = open(fixture.admin());
  }

  @AfterAll
  static void stop() throws Exception {
    for (ManagedChannel channel : CHANNELS) {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    fixture.close();
  }

  private static ManagedChannel open(TlsIdentity identity) throws Exception {
    ManagedChannel channel = fixture.channel(fixture.controller.operatorPort(), identity);
    CHANNELS.add(channel);
    return channel;
  }

  /** The reasons of refused connections so far. */
  private static List<String> refusedConnections(String verb) {
    return AuditServiceGrpc.newBlockingStub(admin)
        .listAudit(
            ListAuditRequest.newBuilder()
                .setFilter(AuditFilter.newBuilder().setVerb(verb).setResult("refused"))
                .build())
        .getEntriesList()
        .stream()
        .map(row -> row.getActor() + " " + row.getSubject() + " " + row.getDetails())
        .toList();
  }

  private static Status connect(TlsIdentity identity) throws Exception {
    ManagedChannel channel = fixture.channel(fixture.controller.agentPort(), identity);
    CHANNELS.add(channel);
    return status(() ->
        AgentLinkGrpc.newBlockingStub(channel)
            .renewCertificate(RenewCertificateRequest.getDefaultInstance()));
  }

  @Test
  void refusedConnectionsAreInTheAuditLog() throws Exception {
    FleetCa ca = FleetCa.openOrMake(fixture.data.resolve("ca"), TimeSource.system());
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    UUID stranger = UUID.randomUUID();
    // No certificate, that of a host that was never let in, another purpose, another CA.
    assertThat(connect(null).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    TlsIdentity unknown =
        new TlsIdentity(
            pair.getPrivate(),
            List.of(ca.issueAgent(stranger, pair.getPublic(), Duration.ofHours(1))));
    assertThat(connect(unknown).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(connect(fixture.admin()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    FleetCa other = FleetCa.openOrMake(folder.resolve("other-ca"), TimeSource.system());
    TlsIdentity foreign =
        new TlsIdentity(
            pair.getPrivate(),
            List.of(other.issueAgent(stranger, pair.getPublic(), Duration.ofHours(1))));
    assertThat(connect(foreign).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    await()
        .untilAsserted(() ->
            assertThat(refusedConnections("host.connect"))
                .anyMatch(row ->
                    row.startsWith("unknown address:127.0.0.1")
                        && row.contains("extended key usage"))
                .anyMatch(
                    row -> row.startsWith("unknown address:127.0.0.1") && row.contains("root")));
    assertThat(refusedConnections("certificate.renew"))
        .anyMatch(row ->
            row.startsWith("unknown address:127.0.0.1") && row.contains("no agent certificate"))
        .anyMatch(row ->
            row.startsWith("host:" + stranger + " address:127.0.0.1")
                && row.contains("removed from the fleet"));
    // The operators' port: an agent's certificate, and none.
    for (TlsIdentity wrong : new TlsIdentity[] {unknown, null}) {
      ManagedChannel channel = fixture.channel(fixture.controller.operatorPort(), wrong);
      CHANNELS.add(channel);
      assertThat(
              status(() ->
                      HostServiceGrpc.newBlockingStub(channel)
                          .listHosts(ListHostsRequest.getDefaultInstance()))
                  .getCode())
          .isEqualTo(Status.Code.UNAVAILABLE);
    }
    await()
        .untilAsserted(() ->
            assertThat(refusedConnections("operator.connect"))
                .anyMatch(row -> row.contains("extended key usage"))
                .anyMatch(row -> row.contains("no certificate was presented")));
  }

  private static ManagedChannel as(String name, String... roles) throws Exception {
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    FleetCa ca = FleetCa.openOrMake(fixture.data.resolve("ca"), TimeSource.system());
    return open(
        new TlsIdentity(
            pair.getPrivate(),
            List.of(
                ca.issueOperator(name, List.of(roles), pair.getPublic(), Duration.ofHours(1)))));
  }

  private static Status status(ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus();
  }

  private static String enrol(String name, String role, ByteString... held) throws Exception {
    String token =
        TokenServiceGrpc.newBlockingStub(admin)
            .createToken(CreateTokenRequest.newBuilder().putLabels("role", role).build())
            .getToken();
    ManagedChannel channel = fixture.channel(fixture.controller.agentPort(), null);
    CHANNELS.add(channel);
    return EnrollmentGrpc.newBlockingStub(channel)
        .enroll(
            EnrollRequest.newBuilder()
                .setToken(token)
                .setHostName(name)
                .setCsr(
                    ByteString.copyFrom(
                        CertificateRequest.create(KeyAlgorithm.EC_P256.generate(), "x")))
                .setFacts(HostFacts.newBuilder().addAllHeldBundles(List.of(held)))
                .setProtocolMin(1)
                .setProtocolMax(1)
                .build())
        .getHostId();
  }

  private static <A> A upload(
      Function<StreamObserver<A>, StreamObserver<PushBundleRequest>> call, byte[] file)
      throws Exception {
    CompletableFuture<A> done = new CompletableFuture<>();
    StreamObserver<PushBundleRequest> stream =
        call.apply(
            new StreamObserver<>() {
              @Override
              public void onNext(A answer) {
                done.complete(answer);
              }

              @Override
              public void onError(Throwable error) {
                done.completeExceptionally(error);
              }

              @Override
              public void onCompleted() {}
            });
    stream.onNext(
        PushBundleRequest.newBuilder()
            .setSize(file.length)
            .setData(ByteString.copyFrom(file))
            .build());
    stream.onCompleted();
    try {
      return done.get(60, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private static Bundle push(ManagedChannel channel, byte[] file) throws Exception {
    BundleServiceGrpc.BundleServiceStub stub = BundleServiceGrpc.newStub(channel);
    return upload(stub::pushBundle, file);
  }

  private static BundleReport verify(byte[] file) throws Exception {
    BundleServiceGrpc.BundleServiceStub stub = BundleServiceGrpc.newStub(admin);
    return upload(stub::verifyBundle, file);
  }

  private static Map<String, String> checks(BundleReport report) {
    return report.getChecksList().stream()
        .collect(
            Collectors.toMap(
                BundleCheck::getName,
                check -> check.getResult().name().replace("CHECK_RESULT_", "")));
  }

  private static BundleStatus standing(String name) {
    return BundleServiceGrpc.newBlockingStub(admin)
        .getBundleStatus(GetBundleRequest.newBuilder().setName(name).build());
  }

  private static List<AuditEntry> audit(AuditFilter.Builder filter) {
    return AuditServiceGrpc.newBlockingStub(admin)
        .listAudit(ListAuditRequest.newBuilder().setPageSize(100).setFilter(filter).build())
        .getEntriesList();
  }

  @Test
  void aScopedRoleReachesItsHostsAndBundlesOnlyAndRefusalsAreAudited() throws Exception {
    enrol("scope-web.example", "web");
    enrol("scope-db.example", "db");
    ManagedChannel channel = as("willy", "web");
    HostServiceGrpc.HostServiceBlockingStub hosts = HostServiceGrpc.newBlockingStub(channel);
    assertThat(hosts.listHosts(ListHostsRequest.getDefaultInstance()).getHostsList())
        .extracting(host -> host.getName())
        .contains("scope-web.example")
        .doesNotContain("scope-db.example");
    assertThat(
            status(() ->
                    hosts.getHost(GetHostRequest.newBuilder().setHost("scope-db.example").build()))
                .getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    Status label =
        status(() ->
            hosts.labelHost(
                LabelHostRequest.newBuilder()
                    .setHost("scope-db.example")
                    .putSet("role", "web")
                    .build()));
    assertThat(label.getDescription())
        .startsWith("operator willy (role web) may not label host scope-db.example:");
    byte[] other = Files.readAllBytes(files.signed("other", "1.0.0", 10));
    assertThat(status(() -> push(channel, other)).getDescription())
        .contains("may not push bundle other: the permission bundle.push reaches only");
    push(channel, Files.readAllBytes(files.signed("web-site", "1.0.0", 10)));
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(audit(AuditFilter.newBuilder().setOperator("willy")))
                .extracting(row -> row.getVerb() + " " + row.getResult())
                .containsExactlyInAnyOrder(
                    "bundle.push ok",
                    "bundle.push refused",
                    "host.label refused",
                    "host.show refused"));
  }

  @Test
  void theConfigurationTakesRolesAway() throws Exception {
    HostServiceGrpc.HostServiceBlockingStub hosts =
        HostServiceGrpc.newBlockingStub(as("eve", "admin"));
    assertThat(
            status(() -> hosts.listHosts(ListHostsRequest.getDefaultInstance())).getDescription())
        .startsWith("operator eve (no role) may not call hostler.v1.HostService/ListHosts: needs");
  }

  @Test
  void theWholeLogIsExportedAndItsChainHolds() throws Exception {
    String id = enrol("chain.example", "x");
    ChainCheck check = new ChainCheck();
    AuditServiceGrpc.newBlockingStub(admin)
        .exportAudit(ExportAuditRequest.getDefaultInstance())
        .forEachRemaining(answer -> {
          if (answer.getHeadSequence() > 0) {
            assertThat(answer.getHeadHash().size()).isEqualTo(32);
          }
          for (AuditEntry row : answer.getEntriesList()) {
            check.add(
                new AuditRow(
                    row.getSequence(),
                    Instant.ofEpochSecond(row.getAt().getSeconds(), row.getAt().getNanos()),
                    row.getActor(),
                    row.getVerb(),
                    row.getSubject(),
                    row.getDetails()),
                HexFormat.of().formatHex(row.getPreviousHash().toByteArray()),
                HexFormat.of().formatHex(row.getHash().toByteArray()));
          }
        });
    assertThat(check.findings()).isEmpty();
    assertThat(check.last()).isPositive();
    for (String host : List.of("chain.example", id)) {
      assertThat(audit(AuditFilter.newBuilder().setHost(host)))
          .extracting(AuditEntry::getVerb)
          .containsExactly("host.enroll");
    }
    assertThat(status(() -> audit(AuditFilter.newBuilder().setResult("good"))).getDescription())
        .startsWith("filter.result: \"good\"");
    assertThat(fixture.json("GET", "/v1/audit?filter.verb=token.*", null).body())
        .contains("token.create")
        .doesNotContain("host.enroll");
  }

  @Test
  void aBundleIsReportedBySignerChainRevocationAndHolders() throws Exception {
    byte[] file = Files.readAllBytes(files.signed("held", "1.0.0", 2000));
    Bundle bundle = push(admin, file);
    enrol("holder.example", "x", bundle.getManifestDigest());
    enrol("no-holder.example", "x");
    TrustServiceGrpc.TrustServiceBlockingStub trust = TrustServiceGrpc.newBlockingStub(admin);

    BundleStatus before = standing("held");
    assertThat(checks(before.getReport())).containsEntry("chain", "UNKNOWN");
    assertThat(before.getHoldersList())
        .extracting(holder -> holder.getHostName())
        .containsExactly("holder.example");

    String pem = Files.readString(folder.resolve("signer/root.crt"));
    TrustedCertificate root =
        trust.addTrustedCertificate(
            AddTrustedCertificateRequest.newBuilder()
                .setKind(TrustKind.TRUST_KIND_BUNDLE)
                .setPem(pem)
                .build());
    assertThat(
            trust
                .listTrustedCertificates(ListTrustedCertificatesRequest.getDefaultInstance())
                .getCertificatesList())
        .containsExactly(root);
    assertThat(checks(standing("held").getReport()))
        .containsEntry("chain", "OK")
        .containsEntry("validity", "OK")
        .containsEntry("revocation", "OK");
    assertThat(checks(verify(file)))
        .containsEntry("format", "OK")
        .containsEntry("signature", "OK")
        .containsEntry("payload", "OK")
        .containsEntry("chain", "OK");
    byte[] broken = file.clone();
    broken[broken.length - 2000] ^= 1;
    assertThat(verify(broken).getAcceptable()).isFalse();
    assertThat(checks(verify("rubbish".getBytes(java.nio.charset.StandardCharsets.UTF_8))))
        .containsExactly(Map.entry("format", "FAILED"));
    BundleReport unsigned = verify(Files.readAllBytes(files.unsigned("held", "2.0.0", 10)));
    assertThat(checks(unsigned))
        .containsEntry("signature", "FAILED")
        .containsEntry("payload", "OK");
    assertThat(
            BundleServiceGrpc.newBlockingStub(admin)
                .checkBundle(
                    CheckBundleRequest.newBuilder().setFile(ByteString.copyFrom(file)).build())
                .getAcceptable())
        .isTrue();
    assertThat(fixture.json("GET", "/v1/bundles/held:status", null).body())
        .contains("holder.example", "\"acceptable\":true");

    String signer = standing("held").getReport().getChain(0).getFingerprint();
    trust.revokeCertificate(
        RevokeCertificateRequest.newBuilder().setFingerprint(signer).setReason("stolen").build());
    BundleStatus after = standing("held");
    assertThat(after.getReport().getAcceptable()).isFalse();
    assertThat(checks(after.getReport())).containsEntry("revocation", "FAILED");

    trust.removeTrustedCertificate(
        RemoveTrustedCertificateRequest.newBuilder()
            .setFingerprint(root.getCertificate().getFingerprint())
            .build());
    assertThat(checks(standing("held").getReport())).containsEntry("chain", "UNKNOWN");
    assertThat(audit(AuditFilter.newBuilder().setVerb("trust.*")))
        .filteredOn(
            row -> row.getSubject().equals("certificate:" + root.getCertificate().getFingerprint()))
        .extracting(AuditEntry::getVerb)
        .containsExactly("trust.remove", "trust.add");
  }

  @Test
  void aScopedRoleSeesItsBundlesOnly() throws Exception {
    push(admin, Files.readAllBytes(files.signed("db-backup", "1.0.0", 10)));
    push(admin, Files.readAllBytes(files.signed("web-shop", "1.0.0", 10)));
    push(admin, Files.readAllBytes(files.signed("web-shop", "1.1.0", 10)));
    BundleServiceGrpc.BundleServiceBlockingStub seen =
        BundleServiceGrpc.newBlockingStub(as("wanda", "web"));
    List<String> found = new ArrayList<>();
    String token = "";
    do {
      var page =
          seen.listBundles(
              ListBundlesRequest.newBuilder().setPageSize(1).setPageToken(token).build());
      assertThat(page.getBundlesCount()).isLessThanOrEqualTo(1);
      page.getBundlesList().forEach(one -> found.add(one.getName() + " " + one.getVersion()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(found)
        .contains("web-shop 1.0.0", "web-shop 1.1.0")
        .allMatch(one -> one.startsWith("web-"));
    GetBundleRequest other = GetBundleRequest.newBuilder().setName("db-backup").build();
    String message = "may not see bundle db-backup: the permission bundle.read reaches only";
    assertThat(status(() -> seen.getBundle(other)).getDescription()).contains(message);
    assertThat(status(() -> seen.getBundleStatus(other)).getDescription()).contains(message);
    assertThat(seen.getBundle(GetBundleRequest.newBuilder().setName("web-shop").build()).getName())
        .isEqualTo("web-shop");
  }

  @Test
  void onlyAdminsDecideOnOperatorRootsAndOnlyRootsAreTaken() throws Exception {
    TrustServiceGrpc.TrustServiceBlockingStub security =
        TrustServiceGrpc.newBlockingStub(as("sec", "security"));
    AddTrustedCertificateRequest operator =
        AddTrustedCertificateRequest.newBuilder()
            .setKind(TrustKind.TRUST_KIND_OPERATOR)
            .setPem(Pem.encode(fixture.roots()))
            .build();
    assertThat(status(() -> security.addTrustedCertificate(operator)).getDescription())
        .startsWith("operator sec (role security) may not change operator roots: needs the")
        .contains("trust.operators, which role admin has");
    TrustServiceGrpc.TrustServiceBlockingStub all = TrustServiceGrpc.newBlockingStub(admin);
    TrustedCertificate added = all.addTrustedCertificate(operator);
    assertThat(all.addTrustedCertificate(operator)).isEqualTo(added);
    RemoveTrustedCertificateRequest remove =
        RemoveTrustedCertificateRequest.newBuilder()
            .setFingerprint(added.getCertificate().getFingerprint())
            .build();
    assertThat(status(() -> security.removeTrustedCertificate(remove)).getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    all.removeTrustedCertificate(remove);
    assertThat(status(() -> all.removeTrustedCertificate(remove)).getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    for (String pem :
        List.of(
            "",
            "no pem",
            Files.readString(folder.resolve("signer/signer.crt")),
            Pem.encode(fixture.roots()) + Pem.encode(fixture.roots()))) {
      Status refused =
          status(() -> all.addTrustedCertificate(operator.toBuilder().setPem(pem).build()));
      assertThat(refused.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(refused.getDescription()).startsWith("pem: ");
    }
  }
}
