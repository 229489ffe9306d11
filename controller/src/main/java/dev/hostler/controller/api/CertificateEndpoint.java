package dev.hostler.controller.api;

import com.google.protobuf.ByteString;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.certificate.CaRotation;
import dev.hostler.controller.certificate.OperatorRenewals;
import dev.hostler.controller.host.HostCertificates.Unmoved;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.trust.AgentCertificates;
import dev.hostler.proto.v1.CertificateServiceGrpc;
import dev.hostler.proto.v1.FinishRotationRequest;
import dev.hostler.proto.v1.FleetCa;
import dev.hostler.proto.v1.FleetRoot;
import dev.hostler.proto.v1.GetFleetCaRequest;
import dev.hostler.proto.v1.OperatorCertificate;
import dev.hostler.proto.v1.RenewOperatorCertificateRequest;
import dev.hostler.proto.v1.RotateFleetCaRequest;
import dev.hostler.proto.v1.UnmovedHost;
import io.grpc.stub.StreamObserver;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;

/** The fleet CA and operators' certificates on the operator port. */
public final class CertificateEndpoint extends CertificateServiceGrpc.CertificateServiceImplBase {
  private final OperatorRenewals renewals;
  private final CaRotation rotation;
  private final HostService hosts;

  /** For one fleet. */
  public CertificateEndpoint(OperatorRenewals renewals, CaRotation rotation, HostService hosts) {
    this.renewals = renewals;
    this.rotation = rotation;
    this.hosts = hosts;
  }

  @Override
  public void renewOperatorCertificate(
      RenewOperatorCertificateRequest request, StreamObserver<OperatorCertificate> responses) {
    Unary.answer(
        responses,
        () -> {
          OperatorCertificate.Builder answer = OperatorCertificate.newBuilder();
          if (!request.getCsr().isEmpty()) {
            answer.addCertificateChain(
                der(renewals.renew(Caller.certificate(), request.getCsr().toByteArray())));
          }
          renewals.roots().forEach(root -> answer.addCaRoots(der(root)));
          renewals.endorsements().forEach(one -> answer.addEndorsements(der(one)));
          return answer.build();
        });
  }

  @Override
  public void getFleetCa(GetFleetCaRequest request, StreamObserver<FleetCa> responses) {
    Unary.answer(responses, () -> message(rotation.standing()));
  }

  @Override
  public void rotateFleetCa(RotateFleetCaRequest request, StreamObserver<FleetCa> responses) {
    Unary.answer(responses, () -> message(rotation.begin(Actor.operator(Caller.name()))));
  }

  @Override
  public void finishRotation(FinishRotationRequest request, StreamObserver<FleetCa> responses) {
    Unary.answer(
        responses,
        () -> message(rotation.finish(Actor.operator(Caller.name()), request.getForce())));
  }

  private FleetCa message(CaRotation.Standing standing) {
    FleetCa.Builder message =
        FleetCa.newBuilder()
            .setHosts(standing.progress().all())
            .setMoved(standing.progress().moved());
    for (X509Certificate root : standing.roots()) {
      message.addRoots(
          FleetRoot.newBuilder()
              .setSubject(root.getSubjectX500Principal().getName())
              .setFingerprint(
                  ByteString.copyFrom(HexFormat.of().parseHex(AgentCertificates.fingerprint(root))))
              .setNotBefore(Unary.timestamp(root.getNotBefore().toInstant()))
              .setNotAfter(Unary.timestamp(root.getNotAfter().toInstant()))
              .setCertificate(der(root))
              .setIssuing(message.getRootsCount() == 0));
    }
    for (Unmoved unmoved : standing.unmoved()) {
      UnmovedHost.Builder host =
          message
              .addNotMovedBuilder()
              .setId(unmoved.host().id().toString())
              .setName(unmoved.host().name())
              .setHoldsRoot(unmoved.holdsRoot())
              .setHasCertificate(unmoved.hasCertificate())
              .setConnected(hosts.isConnected(unmoved.host().id()));
      Instant seen = unmoved.host().lastSeenAt();
      if (seen != null) {
        host.setLastSeenAt(Unary.timestamp(seen));
      }
    }
    return message.build();
  }

  private static ByteString der(X509Certificate certificate) {
    try {
      return ByteString.copyFrom(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate without an encoding", e);
    }
  }
}
