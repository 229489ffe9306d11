package dev.hostler.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hostler.common.config.HostPort;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsContext;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.common.tls.TlsTrust;
import dev.hostler.controller.access.AccessConfig;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.CertificateAuthenticator;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.link.FailureStatus;
import dev.hostler.controller.target.CelSelectors;
import dev.hostler.controller.trust.ControllerIdentity;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.controller.trust.OperatorRoots;
import dev.hostler.controller.trust.ServerNames;
import dev.hostler.proto.v1.Controller;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.GetControllerRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OperatorPortTest {
  @TempDir Path folder;

  private final List<String> refusals = new CopyOnWriteArrayList<>();

  /** Calls the controller service of a port as ann with these roles. */
  private Status call(List<String> roles, RuntimeException failure) throws Exception {
    FleetCa ca = FleetCa.openOrMake(folder.resolve("ca"), TimeSource.system());
    OperatorPort port =
        OperatorPort.start(
            new HostPort("127.0.0.1", 0),
            new ControllerIdentity(
                ca, ServerNames.with(List.of()), Duration.ofDays(1), TimeSource.system()),
            new OperatorTrust(ca, new OperatorRoots(List.of()), Duration.ZERO, TimeSource.system()),
            new CertificateAuthenticator(AccessConfig.NONE),
            new AccessPolicy(AccessConfig.NONE, new CelSelectors()),
            (actor, verb, subject, reason) ->
                refusals.add(String.join(" ", actor, verb, subject, reason)),
            List.of(),
            List.of(
                new ControllerServiceGrpc.ControllerServiceImplBase() {
                  @Override
                  public void getController(
                      GetControllerRequest request, StreamObserver<Controller> responses) {
                    throw failure;
                  }
                }));
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    TlsIdentity ann =
        new TlsIdentity(
            pair.getPrivate(),
            List.of(ca.issueOperator("ann", roles, pair.getPublic(), Duration.ofDays(1))));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port.port())
            .sslContext(
                GrpcSslContexts.forClient()
                    .protocols(TlsContext.PROTOCOL)
                    .keyManager(ann.keyManager())
                    .trustManager(TlsTrust.pinnedTo(ca.roots(), null))
                    .build())
            .build();
    try {
      HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
      return catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  ControllerServiceGrpc.newBlockingStub(channel)
                      .getController(GetControllerRequest.getDefaultInstance()))
          .getStatus();
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
      port.close();
    }
  }

  @Test
  void whoMayNothingIsToldWhatIsMissing() throws Exception {
    Status status = call(List.of("nothing"), new IllegalStateException("never called"));
    assertThat(status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(status.getDescription())
        .isEqualTo(
            "operator ann (role nothing) may not call hostler.v1.ControllerService/GetController:"
                + " needs the permission controller.read, which roles viewer, operator, deployer,"
                + " security, admin have; ask for a certificate with such a role (SAN URI"
                + " hostler://role/ROLE), or for an [[operator]] or [[role]] table in"
                + " controller.toml");
    assertThat(refusals)
        .containsExactly(
            "operator:ann controller.show call:GetController " + status.getDescription());
  }

  @Test
  void whatAServiceSaysIsPassedOn() throws Exception {
    Status status =
        call(
            List.of("viewer"),
            new RequestException(RequestException.Kind.EXHAUSTED, "field: full"));
    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).isEqualTo("field: full");
    assertThat(refusals).isEmpty();
  }

  @Test
  void whatAServiceRefusesIsTold() throws Exception {
    call(
        List.of("viewer"),
        new RequestException(RequestException.Kind.PERMISSION_DENIED, "not this one"));
    assertThat(refusals)
        .containsExactly("operator:ann controller.show call:GetController not this one");
  }

  @Test
  void whatTheControllerDidNotExpectIsNotTold() throws Exception {
    Status status = call(List.of("viewer"), new IllegalStateException("password=geheim"));
    assertThat(status.getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(status.getDescription())
        .startsWith("the controller failed; its log has the cause under id ")
        .doesNotContain("geheim");
  }

  @ParameterizedTest
  @EnumSource(RequestException.Kind.class)
  void everyKindOfFailureHasItsCode(RequestException.Kind kind) {
    Status status = FailureStatus.of(new RequestException(kind, "why"));
    assertThat(status.getDescription()).isEqualTo("why");
    assertThat(status.getCode().name())
        .isEqualTo(
            switch (kind) {
              case INVALID -> "INVALID_ARGUMENT";
              case EXHAUSTED -> "RESOURCE_EXHAUSTED";
              default -> kind.name();
            });
  }

  @Test
  void thereIsNoCallerOutsideOfACall() {
    assertThatThrownBy(Caller::current).isInstanceOf(IllegalStateException.class);
  }
}
