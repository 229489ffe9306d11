package dev.hostler.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.AuditServiceGrpc;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.CreateTokenRequest;
import dev.hostler.proto.v1.EnrollRequest;
import dev.hostler.proto.v1.EnrollResponse;
import dev.hostler.proto.v1.EnrollmentGrpc;
import dev.hostler.proto.v1.FetchBundleRequest;
import dev.hostler.proto.v1.GetControllerRequest;
import dev.hostler.proto.v1.GetHostRequest;
import dev.hostler.proto.v1.Hello;
import dev.hostler.proto.v1.Host;
import dev.hostler.proto.v1.HostFacts;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.LabelHostRequest;
import dev.hostler.proto.v1.ListAuditRequest;
import dev.hostler.proto.v1.ListAuditResponse;
import dev.hostler.proto.v1.ListHostsRequest;
import dev.hostler.proto.v1.ListHostsResponse;
import dev.hostler.proto.v1.ListTokensRequest;
import dev.hostler.proto.v1.ListTokensResponse;
import dev.hostler.proto.v1.RemoveHostRequest;
import dev.hostler.proto.v1.RevokeTokenRequest;
import dev.hostler.proto.v1.TokenServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ports of a whole controller, with real TLS and a real database. */
class ControllerTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  @TempDir static Path folder;
  private static ControllerFixture fixture;
  private final List<ManagedChannel> channels = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    fixture = new ControllerFixture(folder.resolve("data"), DB.address());
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @AfterEach
  void closeChannels() throws InterruptedException {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private ManagedChannel keep(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  private ManagedChannel operator(TlsIdentity identity) throws Exception {
    return keep(fixture.channel(fixture.controller.operatorPort(), identity));
  }

  private ManagedChannel admin() throws Exception {
    return operator(fixture.admin());
  }

  private ManagedChannel agent(TlsIdentity identity) throws Exception {
    return keep(fixture.channel(fixture.controller.agentPort(), identity));
  }

  private static Status status(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus();
  }

  private static FleetCa ca() throws Exception {
    return FleetCa.openOrMake(fixture.data.resolve("ca"), TimeSource.system());
  }

  private record Agent(String id, TlsIdentity identity) {}

  private Agent enrol(String name) throws Exception {
    String token =
        TokenServiceGrpc.newBlockingStub(admin())
            .createToken(CreateTokenRequest.newBuilder().putLabels("made", "by-test").build())
            .getToken();
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    EnrollResponse response =
        EnrollmentGrpc.newBlockingStub(agent(null)).enroll(request(token, name, pair));
    List<X509Certificate> chain = new ArrayList<>();
    for (ByteString der : response.getCertificateChainList()) {
      chain.add(Pem.certificate(der.toByteArray(), "chain"));
    }
    assertThat(Pem.certificate(response.getCaRoots(0).toByteArray(), "root"))
        .isEqualTo(fixture.roots().getFirst());
    return new Agent(response.getHostId(), new TlsIdentity(pair.getPrivate(), chain));
  }

  private static EnrollRequest request(String token, String name, KeyPair pair) throws Exception {
    return EnrollRequest.newBuilder()
        .setToken(token)
        .setHostName(name)
        .setCsr(ByteString.copyFrom(CertificateRequest.create(pair, "ignored")))
        .setFacts(HostFacts.newBuilder().setOsId("debian").putLabels("own", "label"))
        .setProtocolMin(1)
        .setProtocolMax(1)
        .build();
  }

  @Test
  void theControllerSaysWhoItIsAndWhoCalls() throws Exception {
    var controller =
        ControllerServiceGrpc.newBlockingStub(admin())
            .getController(GetControllerRequest.getDefaultInstance());
    assertThat(controller.getOperator()).isEqualTo("admin");
    assertThat(controller.getAgentAddress())
        .isEqualTo("127.0.0.1:" + fixture.controller.agentPort());
    assertThat(controller.getVersion()).isNotEmpty();
  }

  @Test
  void aHostJoinsIsLabelledListedAndRemoved() throws Exception {
    Agent agent = enrol("life.example");
    HostServiceGrpc.HostServiceBlockingStub hosts = HostServiceGrpc.newBlockingStub(admin());
    Host host = hosts.getHost(GetHostRequest.newBuilder().setHost("life.example").build());
    assertThat(host.getId()).isEqualTo(agent.id());
    assertThat(host.getConnected()).isFalse();
    assertThat(host.getFacts().getOsId()).isEqualTo("debian");
    assertThat(host.getLabelsMap()).containsEntry("made", "by-test").containsEntry("own", "label");
    hosts.labelHost(
        LabelHostRequest.newBuilder()
            .setHost(agent.id())
            .putSet("role", "life")
            .addRemove("own")
            .build());
    ListHostsResponse listed =
        hosts.listHosts(ListHostsRequest.newBuilder().setSelector("labels.role == 'life'").build());
    assertThat(listed.getHostsList()).hasSize(1);
    assertThat(listed.getHosts(0).getLabelsMap()).containsOnlyKeys("made", "role");

    LinkedBlockingQueue<ControllerFrame> frames = new LinkedBlockingQueue<>();
    CompletableFuture<Status> ended = new CompletableFuture<>();
    StreamObserver<AgentFrame> stream =
        AgentLinkGrpc.newStub(agent(agent.identity())).connect(observer(frames, ended));
    stream.onNext(
        AgentFrame.newBuilder()
            .setHello(Hello.newBuilder().setProtocolMin(1).setProtocolMax(1))
            .build());
    assertThat(frames.poll(20, TimeUnit.SECONDS).hasWelcome()).isTrue();
    assertThat(hosts.getHost(GetHostRequest.newBuilder().setHost(agent.id()).build()))
        .matches(Host::getConnected);

    hosts.removeHost(RemoveHostRequest.newBuilder().setHost("life.example").build());
    assertThat(ended.get(20, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(fetch(agent.identity()).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(
            status(() -> hosts.getHost(GetHostRequest.newBuilder().setHost(agent.id()).build()))
                .getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    ListAuditResponse audit =
        AuditServiceGrpc.newBlockingStub(admin())
            .listAudit(ListAuditRequest.newBuilder().setPageSize(1000).build());
    assertThat(audit.getEntriesList())
        .filteredOn(entry -> entry.getSubject().equals("host:" + agent.id()))
        .extracting(entry -> entry.getActor() + " " + entry.getVerb())
        .containsExactly(
            "operator:admin host.remove",
            "operator:admin host.label",
            "host:" + agent.id() + " host.enroll");
  }

  private static <T> StreamObserver<T> observer(
      LinkedBlockingQueue<T> frames, CompletableFuture<Status> ended) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T frame) {
        frames.add(frame);
      }

      @Override
      public void onError(Throwable failure) {
        ended.complete(Status.fromThrowable(failure));
      }

      @Override
      public void onCompleted() {
        ended.complete(Status.OK);
      }
    };
  }

  private Status fetch(TlsIdentity identity) throws Exception {
    var stub = AgentLinkGrpc.newBlockingStub(agent(identity));
    return status(() -> stub.fetchBundle(FetchBundleRequest.getDefaultInstance()).next());
  }

  @Test
  void theAgentPortServesAgentsOfTheFleetOnly() throws Exception {
    assertThat(fetch(null).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    // wrong key usage, by TLS
    assertThat(fetch(fixture.admin()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    // a host that never enrolled
    TlsIdentity stranger =
        new TlsIdentity(
            pair.getPrivate(),
            List.of(ca().issueAgent(UUID.randomUUID(), pair.getPublic(), Duration.ofDays(1))));
    assertThat(fetch(stranger).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    // another CA
    FleetCa other = FleetCa.openOrMake(folder.resolve("other-a"), TimeSource.system());
    TlsIdentity foreign =
        new TlsIdentity(
            pair.getPrivate(),
            List.of(
                other.issueAgent(
                    UUID.fromString(enrol("known.example").id()),
                    pair.getPublic(),
                    Duration.ofDays(1))));
    assertThat(fetch(foreign).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    // an agent that was enrolled gets as far as the service
    assertThat(fetch(enrol("good.example").identity()).getCode())
        .isIn(Status.Code.NOT_FOUND, Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void theOperatorPortServesOperatorsOfTheFleetOnly() throws Exception {
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    FleetCa other = FleetCa.openOrMake(folder.resolve("other-o"), TimeSource.system());
    List<TlsIdentity> bad = new ArrayList<>();
    bad.add(null);
    bad.add(
        new TlsIdentity(
            pair.getPrivate(),
            List.of(other.issueOperator("admin", pair.getPublic(), Duration.ofDays(1)))));
    bad.add(enrol("sneaky.example").identity());
    for (TlsIdentity identity : bad) {
      var stub = ControllerServiceGrpc.newBlockingStub(operator(identity));
      assertThat(
              status(() -> stub.getController(GetControllerRequest.getDefaultInstance())).getCode())
          .isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void anExpiredCertificateAndOneWithoutANameAreRefused() throws Exception {
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    CertificateAuthority authority =
        new CertificateAuthority(
            Pem.privateKey(fixture.data.resolve("ca/ca.key")), fixture.roots().getFirst());
    Instant now = TimeSource.system().instant();
    CertificateProfile profile =
        CertificateProfile.of("x", now.minusSeconds(600), now.minusSeconds(60))
            .purpose(CertificateProfile.CLIENT_AUTH)
            .purpose(dev.hostler.trust.KeyPurpose.OPERATOR.oid());
    var expired =
        ControllerServiceGrpc.newBlockingStub(
            operator(
                new TlsIdentity(
                    pair.getPrivate(),
                    List.of(
                        authority.issue(pair.getPublic(), profile.uri("hostler://operator/x"))))));
    assertThat(
            status(() -> expired.getController(GetControllerRequest.getDefaultInstance()))
                .getDescription())
        .contains("expired at", "renew it");
    CertificateProfile nameless =
        new CertificateProfile(
            "x", now.minusSeconds(60), now.plusSeconds(600), profile.purposes(), List.of());
    var unnamed =
        ControllerServiceGrpc.newBlockingStub(
            operator(
                new TlsIdentity(
                    pair.getPrivate(), List.of(authority.issue(pair.getPublic(), nameless)))));
    Status status = status(() -> unnamed.getController(GetControllerRequest.getDefaultInstance()));
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(status.getDescription()).contains("does not name one operator");
  }

  @Test
  void aClientThatTrustsAnotherCaDoesNotConnect() throws Exception {
    FleetCa other = FleetCa.openOrMake(folder.resolve("other-c"), TimeSource.system());
    for (int port : List.of(fixture.controller.agentPort(), fixture.controller.operatorPort())) {
      ManagedChannel channel =
          keep(ControllerFixture.channel(port, fixture.admin(), other.roots()));
      var stub = ControllerServiceGrpc.newBlockingStub(channel);
      assertThat(
              status(() -> stub.getController(GetControllerRequest.getDefaultInstance())).getCode())
          .isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void refusalsOfEnrolmentKeepTheirCodeAndMessageOnTheWire() throws Exception {
    var stub = EnrollmentGrpc.newBlockingStub(agent(null));
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    Status unknown = status(() -> stub.enroll(request("rubbish", "x.example", pair)));
    assertThat(unknown.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(unknown.getDescription()).startsWith("token: is unknown");
    var tokens = TokenServiceGrpc.newBlockingStub(admin());
    var made = tokens.createToken(CreateTokenRequest.newBuilder().setUses(2).build());
    stub.enroll(request(made.getToken(), "double.example", pair));
    assertThat(
            status(() ->
                    stub.enroll(
                        request(
                            made.getToken(), "double.example", KeyAlgorithm.EC_P256.generate())))
                .getCode())
        .isEqualTo(Status.Code.ALREADY_EXISTS);
    tokens.revokeToken(
        RevokeTokenRequest.newBuilder().setTokenId(made.getDetails().getId()).build());
    Status revoked = status(() -> stub.enroll(request(made.getToken(), "y.example", pair)));
    assertThat(revoked.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(revoked.getDescription()).contains("was revoked at");
    Status old =
        status(() ->
            stub.enroll(
                request(made.getToken(), "z.example", pair).toBuilder()
                    .setProtocolMin(2)
                    .setProtocolMax(3)
                    .build()));
    assertThat(old.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(old.getDescription()).contains("2 to 3");
  }

  @Test
  void pagesFollowEachOther() throws Exception {
    var stub = TokenServiceGrpc.newBlockingStub(admin());
    for (int i = 0; i < 3; i++) {
      stub.createToken(CreateTokenRequest.getDefaultInstance());
    }
    List<String> ids = new ArrayList<>();
    String next = "";
    do {
      ListTokensResponse page =
          stub.listTokens(ListTokensRequest.newBuilder().setPageSize(2).setPageToken(next).build());
      page.getTokensList().forEach(token -> ids.add(token.getId()));
      next = page.getNextPageToken();
    } while (!next.isEmpty());
    assertThat(ids).hasSizeGreaterThanOrEqualTo(3).doesNotHaveDuplicates();
    assertThat(
            status(() ->
                    stub.listTokens(
                        ListTokensRequest.newBuilder().setPageToken("rubbish!").build()))
                .getDescription())
        .startsWith("page_token: ");
    var audit = AuditServiceGrpc.newBlockingStub(admin());
    ListAuditResponse first = audit.listAudit(ListAuditRequest.newBuilder().setPageSize(1).build());
    ListAuditResponse second =
        audit.listAudit(
            ListAuditRequest.newBuilder()
                .setPageSize(1)
                .setPageToken(first.getNextPageToken())
                .build());
    assertThat(second.getEntries(0).getSequence()).isEqualTo(first.getEntries(0).getSequence() - 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/controller",
        "/v1/hosts",
        "/v1/hosts?page_size=1&selector=connected",
        "/v1/hosts/json.example",
        "/v1/tokens",
        "/v1/audit",
        "/v1/bundles",
        "/v1/jobs"
      })
  void everyGetIsJsonToo(String path) throws Exception {
    if (path.endsWith("json.example") && fixture.json("GET", path, null).statusCode() == 404) {
      enrol("json.example");
    }
    HttpResponse<String> response = fixture.json("GET", path, null);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("application/json");
    assertThat(response.body()).startsWith("{");
  }

  @Test
  void errorsInJsonSayTheSame() throws Exception {
    assertThat(fixture.json("GET", "/v1/hosts/nobody", null))
        .matches(response -> response.statusCode() == 404)
        .extracting(HttpResponse::body)
        .isEqualTo(
            "{\"code\":5,\"status\":\"NOT_FOUND\",\"message\":\"host: \\\"nobody\\\": the fleet has"
                + " no such host; see `hostler host list` for ids and names\"}");
    assertThat(fixture.json("GET", "/v1/jobs/x", null).statusCode()).isEqualTo(400);
    HttpResponse<String> selector = fixture.json("GET", "/v1/hosts?selector=foo(", null);
    assertThat(selector.statusCode()).isEqualTo(400);
    assertThat(selector.body()).contains("column 5").doesNotContain("%0A");
    for (String body : List.of("{\"uses\":\"x\"}", "{\"uses\":2", "{\"uzes\":2}", "[]")) {
      HttpResponse<String> response = fixture.json("POST", "/v1/tokens", body);
      assertThat(response.statusCode()).as(body + response.body()).isEqualTo(400);
      assertThat(response.body()).as(body).contains("\"status\":\"INVALID_ARGUMENT\"");
    }
    assertThat(fixture.json("POST", "/v1/tokens", "{\"uses\":2000000}").body())
        .contains("uses: \\\"2000000\\\": use 1 to 1,000,000");
    assertThat(fixture.json("POST", "/v1/tokens", "{\"ttl\":\"0s\"}").body())
        .contains("one second to 30 days");
    HttpResponse<String> nothing = fixture.json("GET", "/v1/nothing", null);
    assertThat(nothing.statusCode()).isEqualTo(404);
    assertThat(nothing.body()).startsWith("{\"code\":12");
  }

  @Test
  void changesWorkInJsonToo() throws Exception {
    enrol("json-change.example");
    HttpResponse<String> labelled =
        fixture.json("POST", "/v1/hosts/json-change.example:label", "{\"set\":{\"a\":\"b\"}}");
    assertThat(labelled.body()).contains("\"a\":\"b\"");
    HttpResponse<String> token = fixture.json("POST", "/v1/tokens", "{\"uses\":3}");
    String id = token.body().replaceAll(".*\"id\":\"([0-9a-f]+)\".*", "$1");
    assertThat(fixture.json("POST", "/v1/tokens/" + id + ":revoke", null).body())
        .contains("revokedAt");
    assertThat(fixture.json("DELETE", "/v1/hosts/json-change.example", null).body())
        .isEqualTo("{}");
    assertThat(fixture.json("DELETE", "/v1/hosts/json-change.example", null).statusCode())
        .isEqualTo(404);
  }

  @Test
  void reflectionListsTheServices() throws Exception {
    CompletableFuture<Status> ended = new CompletableFuture<>();
    LinkedBlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(admin()).serverReflectionInfo(observer(answers, ended));
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    ServerReflectionResponse answer = answers.poll(20, TimeUnit.SECONDS);
    requests.onCompleted();
    assertThat(answer.getListServicesResponse().getServiceList())
        .extracting(service -> service.getName())
        .contains(
            "hostler.v1.HostService",
            "hostler.v1.TokenService",
            "hostler.v1.AuditService",
            "hostler.v1.ControllerService",
            "hostler.v1.JobService",
            "hostler.v1.BundleService");
  }

  @Test
  void healthIsServedOnBothPorts() throws Exception {
    assertThat(
            HealthGrpc.newBlockingStub(admin())
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    int port = fixture.controller.healthPort();
    for (String path : List.of("/healthz", "/healthz/ready", "/healthz/live")) {
      assertThat(ControllerFixture.plain(port, path).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void callsAndThePoolAreMeasured() throws Exception {
    fixture.json("GET", "/v1/hosts", null);
    String metrics = ControllerFixture.plain(fixture.controller.healthPort(), "/metrics").body();
    assertThat(metrics)
        .contains("hostler_requests_seconds_count{code=\"OK\",method=\"hostler.v1.HostService/")
        .contains("hikaricp_connections_active")
        .contains("jvm_memory_used_bytes")
        .contains("hostler_hosts_connected")
        .contains("hostler_controller_info");
  }

  @Test
  void aPortInUseIsNamed() {
    assertThatThrownBy(() ->
            new ControllerFixture(
                folder.resolve("second"),
                "[database]\nurl = \"" + DB.address().jdbcUrl() + "\"\nuser = \"hostler\"\n",
                java.util.Map.of(
                    "HOSTLER_DATABASE_PASSWORD",
                    DB.address().password(),
                    "HOSTLER_AGENT_PORT_LISTEN",
                    "127.0.0.1:" + fixture.controller.agentPort())))
        .hasMessageContaining("cannot start the agent port: cannot listen on 127.0.0.1:")
        .hasMessageContaining("in use");
  }
}
