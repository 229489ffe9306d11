package dev.hostler.controller.link;

import dev.hostler.controller.enroll.Enrollment;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.proto.v1.EnrollRequest;
import dev.hostler.proto.v1.EnrollResponse;
import dev.hostler.proto.v1.EnrollmentGrpc;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** Enrollment on the agent port. */
public final class EnrollmentEndpoint extends EnrollmentGrpc.EnrollmentImplBase {
  private static final int PROTOCOL = 1;

  private final Enrollment enrollment;
  private final FleetCa ca;

  /** Enrols into the fleet of {@code ca}. */
  public EnrollmentEndpoint(Enrollment enrollment, FleetCa ca) {
    this.enrollment = enrollment;
    this.ca = ca;
  }

  @Override
  public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> observer) {
    try {
      checkProtocol(request);
      Enrollment.Answer answer =
          enrollment.enroll(
              new Enrollment.Request(
                  request.getToken(),
                  request.getHostName(),
                  request.getCsr().toByteArray(),
                  FactsMapping.fromProto(request.getFacts()),
                  request.getFacts().getLabelsMap(),
                  AgentCaller.address()));
      EnrollResponse.Builder response =
          switch (answer) {
            case Enrollment.Joined joined ->
                EnrollResponse.newBuilder()
                    .setHostId(joined.hostId().toString())
                    .addAllCertificateChain(HostTrust.der(List.of(joined.certificate())))
                    .addAllCaRoots(HostTrust.der(ca.roots()));
            case Enrollment.Waiting waiting ->
                EnrollResponse.newBuilder()
                    .setPending(true)
                    .setEnrolmentId(waiting.enrolmentId().toString())
                    .setRetryAfter(ToAgent.duration(waiting.retryAfter()));
          };
      observer.onNext(response.build());
      observer.onCompleted();
    } catch (RuntimeException e) {
      observer.onError(FailureStatus.of(e).asRuntimeException());
    }
  }

  private static void checkProtocol(EnrollRequest request) {
    if (request.getProtocolMin() > PROTOCOL || request.getProtocolMax() < PROTOCOL) {
      throw new RequestException(
          RequestException.Kind.FAILED_PRECONDITION,
          "protocol_min, protocol_max: the agent speaks "
              + Integer.toUnsignedString(request.getProtocolMin())
              + " to "
              + Integer.toUnsignedString(request.getProtocolMax())
              + ", this controller "
              + PROTOCOL
              + "; upgrade the older of the two");
    }
  }
}
