package dev.hostler.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsContext;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.common.tls.TlsTrust;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.link.TestBundles;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.CreateTokenRequest;
import dev.hostler.proto.v1.EnrollRequest;
import dev.hostler.proto.v1.EnrollResponse;
import dev.hostler.proto.v1.EnrollmentGrpc;
import dev.hostler.proto.v1.FetchBundleRequest;
import dev.hostler.proto.v1.FetchBundleResponse;
import dev.hostler.proto.v1.GetControllerRequest;
import dev.hostler.proto.v1.Hello;
import dev.hostler.proto.v1.HostFacts;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.IndexServiceGrpc;
import dev.hostler.proto.v1.PushBundleRequest;
import dev.hostler.proto.v1.RemoveHostRequest;
import dev.hostler.proto.v1.RevocationKind;
import dev.hostler.proto.v1.RevokeRequest;
import dev.hostler.proto.v1.TokenServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Revocation takes effect on live streams of a whole controller. */
class RevocationTest {
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

  private ManagedChannel channel(int port, TlsIdentity identity) throws Exception {
    ManagedChannel channel = fixture.channel(port, identity);
    channels.add(channel);
    return channel;
  }

  private ManagedChannel operator(TlsIdentity identity) throws Exception {
    return channel(fixture.controller.operatorPort(), identity);
  }

  private static TlsIdentity operatorIdentity(String name) throws Exception {
    FleetCa ca = FleetCa.openOrMake(fixture.data.resolve("ca"), TimeSource.system());
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    return new TlsIdentity(
        pair.getPrivate(),
        List.of(ca.issueOperator(name, List.of("admin"), pair.getPublic(), Duration.ofDays(1))));
  }

  private void revoke(RevocationKind kind, String value) throws Exception {
    var _ =
        IndexServiceGrpc.newBlockingStub(operator(fixture.admin()))
            .revoke(
                RevokeRequest.newBuilder().setKind(kind).setValue(value).setReason("test").build());
  }

  private static Status status(StatusRuntimeException e) {
    return e.getStatus();
  }

  /** Records how a stream of messages ends. */
  private static final class Recorder<T> implements StreamObserver<T> {
    final LinkedBlockingQueue<T> received = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();

    @Override
    public void onNext(T value) {
      received.add(value);
    }

    @Override
    public void onError(Throwable t) {
      ended.complete(Status.fromThrowable(t));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }
  }

  private record Agent(StreamObserver<AgentFrame> out, Recorder<ControllerFrame> in) {}

  private Agent connect(TlsIdentity identity) throws Exception {
    Recorder<ControllerFrame> in = new Recorder<>();
    StreamObserver<AgentFrame> out =
        AgentLinkGrpc.newStub(channel(fixture.controller.agentPort(), identity)).connect(in);
    out.onNext(
        AgentFrame.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setProtocolMin(1)
                    .setProtocolMax(1)
                    .setFacts(HostFacts.newBuilder().setCpus(1)))
            .build());
    return new Agent(out, in);
  }

  private TlsIdentity enrol(String name) throws Exception {
    String token =
        TokenServiceGrpc.newBlockingStub(operator(fixture.admin()))
            .createToken(CreateTokenRequest.getDefaultInstance())
            .getToken();
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    EnrollResponse response =
        EnrollmentGrpc.newBlockingStub(channel(fixture.controller.agentPort(), null))
            .enroll(
                EnrollRequest.newBuilder()
                    .setToken(token)
                    .setHostName(name)
                    .setCsr(ByteString.copyFrom(CertificateRequest.create(pair, name)))
                    .setFacts(HostFacts.newBuilder().setCpus(1))
                    .setProtocolMin(1)
                    .setProtocolMax(1)
                    .build());
    List<X509Certificate> chain = new ArrayList<>();
    for (ByteString der : response.getCertificateChainList()) {
      chain.add(Pem.certificate(der.toByteArray(), "chain"));
    }
    return new TlsIdentity(pair.getPrivate(), chain);
  }

  @Test
  void aRevokedAgentLosesItsStreamAndDoesNotComeBack() throws Exception {
    TlsIdentity identity = enrol("revoked-agent");
    Agent agent = connect(identity);
    Agent other = connect(enrol("other-agent"));
    await().until(() -> !agent.in().received.isEmpty() && !other.in().received.isEmpty());
    revoke(
        RevocationKind.REVOCATION_KIND_CERTIFICATE,
        Fingerprints.sha256(identity.chain().getFirst()));
    Status ended = agent.in().ended.get(30, TimeUnit.SECONDS);
    assertThat(ended.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(ended.getDescription()).contains("revoked");
    assertThat(connect(identity).in().ended.get(30, TimeUnit.SECONDS).getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(other.in().ended).isNotDone();
  }

  @Test
  void aRevokedOperatorLosesItsStreamsAndMayNotCallAgain() throws Exception {
    ManagedChannel mallory = operator(operatorIdentity("mallory"));
    ManagedChannel alice = operator(operatorIdentity("alice"));
    Recorder<dev.hostler.proto.v1.Bundle> push = new Recorder<>();
    Recorder<dev.hostler.proto.v1.Bundle> otherPush = new Recorder<>();
    // A stream that stays open for as long as its caller likes.
    var out = dev.hostler.proto.v1.BundleServiceGrpc.newStub(mallory).pushBundle(push);
    out.onNext(dev.hostler.proto.v1.PushBundleRequest.newBuilder().setSize(1000).build());
    var otherOut = dev.hostler.proto.v1.BundleServiceGrpc.newStub(alice).pushBundle(otherPush);
    otherOut.onNext(dev.hostler.proto.v1.PushBundleRequest.newBuilder().setSize(1000).build());
    var calls = ControllerServiceGrpc.newBlockingStub(mallory);
    var _ = calls.getController(GetControllerRequest.getDefaultInstance());
    revoke(RevocationKind.REVOCATION_KIND_OPERATOR, "mallory");
    Status ended = push.ended.get(30, TimeUnit.SECONDS);
    assertThat(ended.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(ended.getDescription()).contains("operator mallory was revoked");
    assertThatThrownBy(() -> calls.getController(GetControllerRequest.getDefaultInstance()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(status(e).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
    assertThat(otherPush.ended).isNotDone();
    otherOut.onCompleted();
  }

  @Test
  void aHostThatIsRemovedLosesTheBundleThatItIsFetching() throws Exception {
    TlsIdentity identity = enrol("fetching");
    byte[] file = Files.readAllBytes(new TestBundles(folder).signed("large", "1.0.0", 16 << 20));
    Recorder<Bundle> pushed = new Recorder<>();
    var push = BundleServiceGrpc.newStub(operator(fixture.admin())).pushBundle(pushed);
    push.onNext(PushBundleRequest.newBuilder().setSize(file.length).build());
    for (int i = 0; i < file.length; i += 1 << 20) {
      push.onNext(
          PushBundleRequest.newBuilder()
              .setData(ByteString.copyFrom(file, i, Math.min(1 << 20, file.length - i)))
              .build());
    }
    push.onCompleted();
    Bundle bundle = pushed.received.poll(60, TimeUnit.SECONDS);
    ClientCall<FetchBundleRequest, FetchBundleResponse> fetch =
        channel(fixture.controller.agentPort(), identity)
            .newCall(AgentLinkGrpc.getFetchBundleMethod(), CallOptions.DEFAULT);
    Fetched fetched = new Fetched();
    fetch.start(fetched, new Metadata());
    fetch.sendMessage(
        FetchBundleRequest.newBuilder().setManifestDigest(bundle.getManifestDigest()).build());
    fetch.halfClose();
    fetch.request(1);
    await().until(() -> fetched.bytes.get() > 0);
    HostServiceGrpc.newBlockingStub(operator(fixture.admin()))
        .removeHost(RemoveHostRequest.newBuilder().setHost("fetching").build());
    fetch.request(1_000_000);
    Status ended = fetched.ended.get(30, TimeUnit.SECONDS);
    assertThat(ended.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(ended.getDescription()).contains("removed from the fleet");
    assertThat(fetched.bytes.get()).isLessThan(file.length / 2);
  }

  /** Reads only as fast as it is asked to. */
  private static final class Fetched extends ClientCall.Listener<FetchBundleResponse> {
    final AtomicLong bytes = new AtomicLong();
    final CompletableFuture<Status> ended = new CompletableFuture<>();

    @Override
    public void onMessage(FetchBundleResponse message) {
      bytes.addAndGet(message.getData().size());
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.complete(status);
    }
  }

  @Test
  void aHostThatAnotherControllerRemovesIsCutOffHereToo() throws Exception {
    Agent agent = connect(enrol("removed-elsewhere"));
    await().until(() -> !agent.in().received.isEmpty());
    try (ControllerFixture second = new ControllerFixture(folder.resolve("second"), DB.address())) {
      ManagedChannel channel = second.channel(second.controller.operatorPort(), second.admin());
      channels.add(channel);
      HostServiceGrpc.newBlockingStub(channel)
          .removeHost(RemoveHostRequest.newBuilder().setHost("removed-elsewhere").build());
      assertThat(agent.in().ended.get(2, TimeUnit.SECONDS).getCode())
          .isEqualTo(Status.Code.PERMISSION_DENIED);
    }
  }

  @Test
  void aControllerWhoseOwnCertificateIsRevokedShowsAnother() throws Exception {
    X509Certificate before = shown();
    assertThat(shown()).isEqualTo(before);
    revoke(RevocationKind.REVOCATION_KIND_CERTIFICATE, Fingerprints.sha256(before));
    assertThat(shown()).isNotEqualTo(before);
  }

  /** The certificate that the agent port shows now. */
  private static X509Certificate shown() throws Exception {
    var tls =
        TlsContext.create(fixture.admin().keyManager(), TlsTrust.pinnedTo(fixture.roots(), null));
    try (var socket =
        (javax.net.ssl.SSLSocket)
            tls.getSocketFactory().createSocket("127.0.0.1", fixture.controller.agentPort())) {
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }
}
