package dev.hostler.agent.link;

import com.google.protobuf.ByteString;
import dev.hostler.agent.facts.HostFacts;
import dev.hostler.agent.identity.EnrolException;
import dev.hostler.agent.identity.EnrolException.Kind;
import dev.hostler.agent.identity.Enroller;
import dev.hostler.agent.identity.JoinToken;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.proto.v1.EnrollRequest;
import dev.hostler.proto.v1.EnrollResponse;
import dev.hostler.proto.v1.EnrollmentGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Enrols over gRPC. */
public final class GrpcEnroller implements Enroller {
  private final Function<JoinToken, Channels> channels;
  private final Supplier<HostFacts> facts;
  private final Duration patience;

  /**
   * Enrols over channels that trust what a token announces.
   *
   * @param patience how long connecting and the answer may take
   */
  public GrpcEnroller(
      Function<JoinToken, Channels> channels, Supplier<HostFacts> facts, Duration patience) {
    this.channels = channels;
    this.facts = facts;
    this.patience = patience;
  }

  @Override
  public Answer enrol(String controller, JoinToken token, String hostName, byte[] csr)
      throws EnrolException, InterruptedException {
    ManagedChannel channel = channels.apply(token).open(controller);
    try {
      EnrollResponse response =
          EnrollmentGrpc.newBlockingV2Stub(channel)
              .withDeadlineAfter(patience)
              .enroll(
                  EnrollRequest.newBuilder()
                      .setToken(token.text())
                      .setHostName(hostName)
                      .setCsr(ByteString.copyFrom(csr))
                      .setFacts(ToWire.facts(facts.get()))
                      .setProtocolMin(Protocol.MIN)
                      .setProtocolMax(Protocol.MAX)
                      .build());
      if (response.getPending()) {
        return new Waiting(response.getEnrolmentId(), FromWire.duration(response.getRetryAfter()));
      }
      return new Enrolled(
          response.getHostId(),
          certificates(response.getCertificateChainList()),
          certificates(response.getCaRootsList()));
    } catch (StatusException e) {
      throw refused(controller, hostName, token, e);
    } finally {
      channel.shutdownNow();
    }
  }

  private static List<X509Certificate> certificates(List<ByteString> ders) throws EnrolException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (ByteString der : ders) {
        certificates.add(Pem.certificate(der.toByteArray(), "the controller's answer"));
      }
    } catch (SigningException e) {
      throw new EnrolException(Kind.REFUSED, String.valueOf(e.getMessage()), e);
    }
    if (certificates.isEmpty()) {
      throw new EnrolException(Kind.REFUSED, "the controller's answer has no certificate");
    }
    return certificates;
  }

  private static EnrolException refused(
      String controller, String hostName, JoinToken token, StatusException e) {
    Status status = e.getStatus();
    String said = String.valueOf(status.getDescription());
    String message =
        switch (status.getCode()) {
          case UNAUTHENTICATED ->
              "the controller does not accept join token "
                  + token.id()
                  + ": "
                  + said
                  + ". Make a new one with `hostler token create`";
          case ALREADY_EXISTS ->
              "the fleet has a host named \""
                  + hostName
                  + "\" already: "
                  + said
                  + ". Give another with --name, or remove the old one with `hostler host remove`";
          case PERMISSION_DENIED, RESOURCE_EXHAUSTED ->
              "the controller does not let this host in: " + said;
          case INVALID_ARGUMENT -> "the controller does not accept the request: " + said;
          case FAILED_PRECONDITION ->
              "this agent and the controller speak no common protocol version: " + said;
          case UNAVAILABLE, DEADLINE_EXCEEDED -> unreachable(controller, status);
          default -> "the controller at " + controller + " says " + status.getCode() + ": " + said;
        };
    boolean unreachable =
        switch (status.getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED -> !isUntrusted(status);
          default -> false;
        };
    return new EnrolException(unreachable ? Kind.UNREACHABLE : Kind.REFUSED, message, e);
  }

  private static boolean isUntrusted(Status status) {
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof java.security.cert.CertificateException
          || cause instanceof java.security.cert.CertPathValidatorException) {
        return true;
      }
    }
    return false;
  }

  private static String unreachable(String controller, Status status) {
    StringBuilder causes = new StringBuilder();
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof java.security.cert.CertificateException
          || cause instanceof java.security.cert.CertPathValidatorException) {
        return "the server at "
            + controller
            + " is not the controller that made this token: "
            + cause.getMessage();
      }
      if (cause.getMessage() != null) {
        causes.append(": ").append(cause.getMessage());
      }
    }
    return "the controller at "
        + controller
        + " cannot be reached ("
        + status.getDescription()
        + causes
        + ")";
  }
}
