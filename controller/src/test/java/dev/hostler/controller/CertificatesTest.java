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
import dev.hostler.controller.trust.AgentCertificates;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.CertificateServiceGrpc;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.CreateTokenRequest;
import dev.hostler.proto.v1.EnrollRequest;
import dev.hostler.proto.v1.EnrollResponse;
import dev.hostler.proto.v1.EnrollmentGrpc;
import dev.hostler.proto.v1.FetchBundleRequest;
import dev.hostler.proto.v1.FinishRotationRequest;
import dev.hostler.proto.v1.FleetRootsHeld;
import dev.hostler.proto.v1.GetControllerRequest;
import dev.hostler.proto.v1.GetFleetCaRequest;
import dev.hostler.proto.v1.Hello;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.OperatorCertificate;
import dev.hostler.proto.v1.RemoveHostRequest;
import dev.hostler.proto.v1.RenewCertificateRequest;
import dev.hostler.proto.v1.RenewCertificateResponse;
import dev.hostler.proto.v1.RenewOperatorCertificateRequest;
import dev.hostler.proto.v1.RotateFleetCaRequest;
import dev.hostler.proto.v1.TokenServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Renewals and the rotation of the fleet CA, over the ports of a whole controller. */
class CertificatesTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  @TempDir Path folder;
  private ControllerFixture fixture;
  private final List<ManagedChannel> channels = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    DB.database().execute(tx -> tx.handle().execute("UPDATE hosts SET removed_at = now()"));
    // A CA of some age, so that it may have issued what has ended long ago.
    FleetCa.openOrMake(
        folder.resolve("data/ca"), () -> TimeSource.system().instant().minus(Duration.ofDays(100)));
    fixture = new ControllerFixture(folder.resolve("data"), DB.address());
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    fixture.close();
  }

  private ManagedChannel keep(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  private ManagedChannel operator(TlsIdentity identity) throws Exception {
    return keep(fixture.channel(fixture.controller.operatorPort(), identity));
  }

  private ManagedChannel agent(TlsIdentity identity, List<X509Certificate> roots) throws Exception {
    return keep(ControllerFixture.channel(fixture.controller.agentPort(), identity, roots));
  }

  private CertificateServiceGrpc.CertificateServiceBlockingStub certificates() throws Exception {
    return CertificateServiceGrpc.newBlockingStub(operator(fixture.admin()));
  }

  private static Status status(ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus();
  }

  private static List<X509Certificate> parse(List<ByteString> ders) throws Exception {
    List<X509Certificate> certificates = new ArrayList<>();
    for (ByteString der : ders) {
      certificates.add(Pem.certificate(der.toByteArray(), "test"));
    }
    return certificates;
  }

  private record Agent(UUID id, TlsIdentity identity, List<X509Certificate> roots) {}

  private Agent enrol(String name) throws Exception {
    String token =
        TokenServiceGrpc.newBlockingStub(operator(fixture.admin()))
            .createToken(CreateTokenRequest.getDefaultInstance())
            .getToken();
    return enrol(name, token);
  }

  private Agent enrol(String name, String token) throws Exception {
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    EnrollResponse response =
        EnrollmentGrpc.newBlockingStub(agent(null, fixture.roots()))
            .enroll(
                EnrollRequest.newBuilder()
                    .setToken(token)
                    .setHostName(name)
                    .setCsr(ByteString.copyFrom(CertificateRequest.create(pair, "ignored")))
                    .setProtocolMin(1)
                    .setProtocolMax(1)
                    .build());
    return new Agent(
        UUID.fromString(response.getHostId()),
        new TlsIdentity(pair.getPrivate(), parse(response.getCertificateChainList())),
        parse(response.getCaRootsList()));
  }

  private Agent renew(Agent agent) throws Exception {
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    RenewCertificateResponse response =
        AgentLinkGrpc.newBlockingStub(agent(agent.identity, agent.roots))
            .renewCertificate(
                RenewCertificateRequest.newBuilder()
                    .setCsr(ByteString.copyFrom(CertificateRequest.create(pair, "ignored")))
                    .build());
    return new Agent(
        agent.id,
        new TlsIdentity(pair.getPrivate(), parse(response.getCertificateChainList())),
        parse(response.getFleetRoots().getRootsList()));
  }

  /** What any other call than a renewal gets. */
  private Status fetch(Agent agent) throws Exception {
    var stub = AgentLinkGrpc.newBlockingStub(agent(agent.identity, agent.roots));
    return status(() -> stub.fetchBundle(FetchBundleRequest.getDefaultInstance()).next());
  }

  private final class Stream implements AutoCloseable {
    final LinkedBlockingQueue<ControllerFrame> frames = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();
    final StreamObserver<AgentFrame> out;
    final ManagedChannel channel;

    Stream(Agent agent) throws Exception {
      channel = agent(agent.identity, agent.roots);
      out =
          AgentLinkGrpc.newStub(channel)
              .connect(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ControllerFrame frame) {
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
                  });
      out.onNext(
          AgentFrame.newBuilder()
              .setHello(
                  Hello.newBuilder()
                      .setProtocolMin(1)
                      .setProtocolMax(1)
                      .setFleetRootsHeld(held(agent.roots)))
              .build());
      assertThat(next().hasWelcome()).isTrue();
    }

    ControllerFrame next() throws InterruptedException {
      ControllerFrame frame = frames.poll(20, TimeUnit.SECONDS);
      assertThat(frame).as("a frame; ended: " + ended.getNow(null)).isNotNull();
      return frame;
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }

  private static FleetRootsHeld held(List<X509Certificate> roots) {
    FleetRootsHeld.Builder held = FleetRootsHeld.newBuilder();
    roots.forEach(root ->
        held.addDigests(
            ByteString.copyFrom(HexFormat.of().parseHex(AgentCertificates.fingerprint(root)))));
    return held.build();
  }

  /** Makes a certificate that ended some time ago the host's newest one. */
  private Agent outlived(Agent agent, Duration ago) throws Exception {
    Duration life = Duration.ofHours(24);
    InstantSource then = () -> TimeSource.system().instant().minus(life).minus(ago);
    FleetCa ca =
        FleetCa.open(fixture.data.resolve("ca/ca.crt"), fixture.data.resolve("ca/ca.key"), then);
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    X509Certificate certificate = ca.issueAgent(agent.id, pair.getPublic(), life);
    DB.database()
        .execute(tx ->
            tx.handle()
                .execute(
                    "UPDATE hosts SET certificate_fingerprint = decode(?, 'hex') WHERE id = ?",
                    AgentCertificates.fingerprint(certificate),
                    agent.id));
    return new Agent(
        agent.id, new TlsIdentity(pair.getPrivate(), List.of(certificate)), agent.roots);
  }

  @Test
  void anAgentsCertificateIsShortLivedAndRenewedForANewKey() throws Exception {
    Agent agent = enrol("renew.example");
    X509Certificate first = agent.identity.certificate();
    assertThat(first.getNotAfter().toInstant())
        .isBetween(
            TimeSource.system().instant().plus(Duration.ofMinutes(1430)),
            TimeSource.system().instant().plus(Duration.ofMinutes(1441)));
    Agent renewed = renew(agent);
    assertThat(renewed.identity.certificate().getPublicKey()).isNotEqualTo(first.getPublicKey());
    assertThat(renewed.roots).isEqualTo(agent.roots);
    assertThat(fetch(renewed).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    // Its answer may have been lost: the one before still renews, until the newest was used.
    Agent again = renew(agent);
    try (Stream stream = new Stream(again)) {
      stream.out.onNext(AgentFrame.newBuilder().setFleetRootsHeld(held(again.roots)).build());
      await()
          .untilAsserted(() ->
              assertThat(status(() -> renew(agent)).getCode())
                  .isEqualTo(Status.Code.PERMISSION_DENIED));
    }
    assertThat(status(() -> renew(agent)).getDescription())
        .contains("has a newer certificate", "enrol it again");
    assertThat(status(() -> renew(renewed)).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(renew(again).id).isEqualTo(agent.id);
  }

  @Test
  void aBadRequestIsRefusedByItsField() throws Exception {
    Agent agent = enrol("bad.example");
    var stub = AgentLinkGrpc.newBlockingStub(agent(agent.identity, agent.roots));
    Status status =
        status(() ->
            stub.renewCertificate(
                RenewCertificateRequest.newBuilder()
                    .setCsr(
                        ByteString.copyFrom(
                            CertificateRequest.create(KeyAlgorithm.ED25519.generate(), "x")))
                    .build()));
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).startsWith("csr: Ed25519 keys are not accepted");
    var nobody = AgentLinkGrpc.newBlockingStub(agent(null, agent.roots));
    assertThat(
            status(() -> nobody.renewCertificate(RenewCertificateRequest.getDefaultInstance()))
                .getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void anOutlivedCertificateRenewsWithinTheGraceAndDoesNothingElse() throws Exception {
    Agent agent = outlived(enrol("late.example"), Duration.ofDays(29));
    Status refused = fetch(agent);
    assertThat(refused.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(refused.getDescription()).contains("expired at", "renew it");
    Agent renewed = renew(agent);
    assertThat(fetch(renewed).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(fixture.json("GET", "/v1/audit", null).body()).contains("host.renew_late");

    Agent tooLate = outlived(enrol("later.example"), Duration.ofDays(31));
    assertThat(status(() -> renew(tooLate)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void aRemovedHostRenewsNothing() throws Exception {
    Agent agent = enrol("gone.example");
    Agent late = outlived(enrol("gone-late.example"), Duration.ofDays(1));
    for (Agent one : List.of(agent, late)) {
      HostServiceGrpc.newBlockingStub(operator(fixture.admin()))
          .removeHost(RemoveHostRequest.newBuilder().setHost(one.id.toString()).build());
      assertThat(status(() -> renew(one)).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }
  }

  @Test
  void theFleetCaIsReplacedWhileHostsComeAndGo() throws Exception {
    Agent online = enrol("online.example");
    Agent offline = enrol("offline.example");
    X509Certificate old = online.roots.getFirst();
    assertThat(
            status(() -> certificates().finishRotation(FinishRotationRequest.getDefaultInstance()))
                .getDescription())
        .contains("no rotation of the fleet CA is under way");
    String tokenBefore =
        TokenServiceGrpc.newBlockingStub(operator(fixture.admin()))
            .createToken(CreateTokenRequest.newBuilder().setUses(2).build())
            .getToken();
    try (Stream stream = new Stream(online)) {
      var begun = certificates().rotateFleetCa(RotateFleetCaRequest.getDefaultInstance());
      assertThat(begun.getRootsList()).hasSize(2);
      assertThat(begun.getHosts()).isEqualTo(2);
      assertThat(begun.getMoved()).isZero();
      var sent = stream.next().getFleetRoots();
      List<X509Certificate> roots = parse(sent.getRootsList());
      X509Certificate newest = roots.getFirst();
      assertThat(roots).containsExactly(newest, old).isEqualTo(fixture.roots());
      assertThat(parse(sent.getEndorsementsList()).getFirst().getPublicKey())
          .isEqualTo(newest.getPublicKey());
      assertThat(sent.getRenewWithin().getSeconds()).isEqualTo(1);
      assertThat(
              status(() -> certificates().rotateFleetCa(RotateFleetCaRequest.getDefaultInstance()))
                  .getCode())
          .isEqualTo(Status.Code.FAILED_PRECONDITION);

      stream.out.onNext(AgentFrame.newBuilder().setFleetRootsHeld(held(roots)).build());
      await()
          .untilAsserted(() ->
              assertThat(
                      certificates()
                          .getFleetCa(GetFleetCaRequest.getDefaultInstance())
                          .getNotMovedList())
                  .anyMatch(host ->
                      host.getName().equals("online.example")
                          && host.getHoldsRoot()
                          && !host.getHasCertificate()
                          && host.getConnected())
                  .anyMatch(host ->
                      host.getName().equals("offline.example")
                          && !host.getHoldsRoot()
                          && !host.getHasCertificate()
                          && !host.getConnected()));
      Agent moved = renew(new Agent(online.id, online.identity, roots));
      moved.identity.certificate().verify(newest.getPublicKey());
      var standing = certificates().getFleetCa(GetFleetCaRequest.getDefaultInstance());
      assertThat(standing.getMoved()).isEqualTo(1);
      Status refused =
          status(() -> certificates().finishRotation(FinishRotationRequest.getDefaultInstance()));
      assertThat(refused.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(refused.getDescription()).contains("1 host(s)", "offline.example", "--force");

      // A token from before, and one from now, by a host that knows the CA by its digest only.
      assertThat(enrol("during.example", tokenBefore).roots).isEqualTo(roots);

      // The other one is back: it trusts the old root only, and has a certificate of it.
      try (Stream back = new Stream(offline)) {
        assertThat(parse(back.next().getFleetRoots().getRootsList())).isEqualTo(roots);
        Agent after = renew(new Agent(offline.id, offline.identity, roots));
        back.out.onNext(AgentFrame.newBuilder().setFleetRootsHeld(held(roots)).build());
        try (Stream during = new Stream(enrol("during-2.example", tokenBefore))) {
          await()
              .untilAsserted(() ->
                  assertThat(
                          certificates()
                              .getFleetCa(GetFleetCaRequest.getDefaultInstance())
                              .getNotMovedList())
                      .extracting(dev.hostler.proto.v1.UnmovedHost::getName)
                      .containsExactly("during.example"));
          HostServiceGrpc.newBlockingStub(operator(fixture.admin()))
              .removeHost(RemoveHostRequest.newBuilder().setHost("during.example").build());
          var finished = certificates().finishRotation(FinishRotationRequest.getDefaultInstance());
          assertThat(finished.getRootsList()).hasSize(1);
          // Streams under the old CA are closed; those under the new one hear of it.
          assertThat(stream.ended.get(20, TimeUnit.SECONDS).getCode())
              .isEqualTo(Status.Code.UNAUTHENTICATED);
          assertThat(parse(during.next().getFleetRoots().getRootsList())).containsExactly(newest);
        }
        assertThat(fixture.roots()).containsExactly(newest);
        // By either set of roots, as it was held before the end.
        assertThat(fetch(after).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(fetch(moved).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        Agent left = new Agent(online.id, online.identity, roots);
        assertThat(fetch(left).getCode()).as("old certificate").isEqualTo(Status.Code.UNAVAILABLE);
      }
    }
    // What counts was written.
    fixture.close();
    try (var keys = Files.newDirectoryStream(fixture.data.resolve("ca"), "*.key")) {
      assertThat(keys).as("the old key is gone").hasSize(1);
    }
    assertThat(FleetCa.openOrMake(fixture.data.resolve("ca"), TimeSource.system()).roots())
        .isEqualTo(fixture.roots());
    List<String> verbs =
        DB.database()
            .transact(tx ->
                tx.handle()
                    .createQuery(
                        "SELECT verb FROM audit_log WHERE verb LIKE 'ca.%' ORDER BY sequence")
                    .mapTo(String.class)
                    .list());
    assertThat(verbs).containsSubsequence("ca.rotate", "ca.finish");
  }

  @Test
  void anOperatorRenewsItsCertificateWithTheSameNameAndLearnsTheRoots() throws Exception {
    TlsIdentity admin = fixture.admin();
    certificates().rotateFleetCa(RotateFleetCaRequest.getDefaultInstance());
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    OperatorCertificate renewed =
        CertificateServiceGrpc.newBlockingStub(operator(admin))
            .renewOperatorCertificate(
                RenewOperatorCertificateRequest.newBuilder()
                    .setCsr(ByteString.copyFrom(CertificateRequest.create(pair, "x")))
                    .build());
    List<X509Certificate> chain = parse(renewed.getCertificateChainList());
    assertThat(parse(renewed.getCaRootsList())).isEqualTo(fixture.roots()).hasSize(2);
    assertThat(
            Duration.between(
                chain.getFirst().getNotBefore().toInstant(),
                chain.getFirst().getNotAfter().toInstant()))
        .isBetween(Duration.ofHours(12), Duration.ofMinutes(725));
    assertThat(chain.getFirst().getPublicKey()).isEqualTo(pair.getPublic());
    assertThat(
            ControllerServiceGrpc.newBlockingStub(
                    operator(new TlsIdentity(pair.getPrivate(), chain)))
                .getController(GetControllerRequest.getDefaultInstance())
                .getOperator())
        .isEqualTo("admin");
    assertThat(fixture.json("GET", "/v1/audit", null).body()).contains("operator.renew");
  }

  @Test
  void anOutlivedOperatorMayRenewAndNothingElse() throws Exception {
    FleetCa then =
        FleetCa.open(
            fixture.data.resolve("ca/ca.crt"),
            fixture.data.resolve("ca/ca.key"),
            () -> TimeSource.system().instant().minus(Duration.ofHours(20)));
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    TlsIdentity late =
        new TlsIdentity(
            pair.getPrivate(),
            List.of(
                then.issueOperator(
                    "eve", List.of("viewer"), pair.getPublic(), Duration.ofHours(12))));
    ManagedChannel channel = operator(late);
    Status refused =
        status(() ->
            ControllerServiceGrpc.newBlockingStub(channel)
                .getController(GetControllerRequest.getDefaultInstance()));
    assertThat(refused.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(refused.getDescription()).contains("operator eve expired at", "renew it");
    OperatorCertificate renewed =
        CertificateServiceGrpc.newBlockingStub(channel)
            .renewOperatorCertificate(
                RenewOperatorCertificateRequest.newBuilder()
                    .setCsr(ByteString.copyFrom(CertificateRequest.create(pair, "x")))
                    .build());
    assertThat(
            dev.hostler.controller.trust.PeerNames.roles(
                parse(renewed.getCertificateChainList()).getFirst()))
        .containsExactly("viewer");
    FleetCa longAgo =
        FleetCa.open(
            fixture.data.resolve("ca/ca.crt"),
            fixture.data.resolve("ca/ca.key"),
            () -> TimeSource.system().instant().minus(Duration.ofDays(4)));
    TlsIdentity tooLate =
        new TlsIdentity(
            pair.getPrivate(),
            List.of(longAgo.issueOperator("eve", pair.getPublic(), Duration.ofHours(12))));
    ManagedChannel closed = operator(tooLate);
    assertThat(
            status(() ->
                    CertificateServiceGrpc.newBlockingStub(closed)
                        .renewOperatorCertificate(
                            RenewOperatorCertificateRequest.getDefaultInstance()))
                .getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void aHostThatIsRemovedBetweenItsCallAndItsHelloGetsNoStream() throws Exception {
    Agent agent = enrol("between.example");
    CompletableFuture<Status> ended = new CompletableFuture<>();
    ManagedChannel channel = agent(agent.identity, agent.roots);
    StreamObserver<AgentFrame> out =
        AgentLinkGrpc.newStub(channel)
            .connect(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ControllerFrame frame) {}

                  @Override
                  public void onError(Throwable failure) {
                    ended.complete(Status.fromThrowable(failure));
                  }

                  @Override
                  public void onCompleted() {
                    ended.complete(Status.OK);
                  }
                });
    // The call is in: an answered call on the same connection came after it.
    var other = AgentLinkGrpc.newBlockingStub(channel);
    assertThat(
            status(() -> other.fetchBundle(FetchBundleRequest.getDefaultInstance()).next())
                .getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    HostServiceGrpc.newBlockingStub(operator(fixture.admin()))
        .removeHost(RemoveHostRequest.newBuilder().setHost("between.example").build());
    // At once or at its Hello, which comes too late or is refused.
    out.onNext(
        AgentFrame.newBuilder()
            .setHello(Hello.newBuilder().setProtocolMin(1).setProtocolMax(1))
            .build());
    assertThat(ended.get(20, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
  }
}
