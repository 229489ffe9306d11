package dev.hostler.agent.link;

import com.google.protobuf.ByteString;
import dev.hostler.agent.identity.RenewalException;
import dev.hostler.agent.identity.Renewer;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.RootSuccession;
import dev.hostler.common.signing.SigningException;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.RenewCertificateRequest;
import dev.hostler.proto.v1.RenewCertificateResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Renews over gRPC, on a connection of its own: the stream's may just be refused because of the
 * certificate that is to be renewed. Thread-safe.
 */
public final class GrpcRenewer implements Renewer {
  private final List<String> controllers;
  private final Channels channels;
  private final Duration patience;

  /**
   * Asks these controllers in turn.
   *
   * @param patience how long connecting and the answer may take
   */
  public GrpcRenewer(List<String> controllers, Channels channels, Duration patience) {
    this.controllers = List.copyOf(controllers);
    this.channels = channels;
    this.patience = patience;
  }

  @Override
  public Renewed renew(byte[] csr) throws RenewalException, InterruptedException {
    StringBuilder failures = new StringBuilder();
    for (String controller : controllers) {
      ManagedChannel channel = channels.open(controller);
      try {
        return renewed(
            AgentLinkGrpc.newBlockingV2Stub(channel)
                .withDeadlineAfter(patience)
                .renewCertificate(
                    RenewCertificateRequest.newBuilder().setCsr(ByteString.copyFrom(csr)).build()));
      } catch (StatusException e) {
        if (e.getStatus().getCode() == Status.Code.PERMISSION_DENIED) {
          throw new RenewalException(true, ControllerLink.describe(e.getStatus()), e);
        }
        failures
            .append(failures.isEmpty() ? "" : "; ")
            .append(controller)
            .append(": ")
            .append(ControllerLink.describe(e.getStatus()));
      } finally {
        channel.shutdownNow();
      }
    }
    throw new RenewalException(failures.toString());
  }

  private static Renewed renewed(RenewCertificateResponse response) throws RenewalException {
    List<X509Certificate> chain = certificates(response.getCertificateChainList());
    if (chain.isEmpty()) {
      throw new RenewalException("the controller's answer has no certificate");
    }
    try {
      return new Renewed(chain, roots(response.getFleetRoots()));
    } catch (SigningException e) {
      throw malformed(e);
    }
  }

  /** What a controller sent of the fleet's roots. */
  static RootSuccession roots(dev.hostler.proto.v1.FleetRoots sent) throws SigningException {
    return new RootSuccession(parse(sent.getRootsList()), parse(sent.getEndorsementsList()));
  }

  private static List<X509Certificate> certificates(List<ByteString> ders) throws RenewalException {
    try {
      return parse(ders);
    } catch (SigningException e) {
      throw malformed(e);
    }
  }

  private static RenewalException malformed(SigningException e) {
    return new RenewalException(
        false, "the controller's answer is malformed: " + e.getMessage(), e);
  }

  private static List<X509Certificate> parse(List<ByteString> ders) throws SigningException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (ByteString der : ders) {
      certificates.add(Pem.certificate(der.toByteArray(), "what the controller sent"));
    }
    return certificates;
  }
}
