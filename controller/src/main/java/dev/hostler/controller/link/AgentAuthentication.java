package dev.hostler.controller.link;

import dev.hostler.controller.host.HostService;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.controller.trust.PeerNames;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.EnrollmentGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only agents of hosts that are in the fleet call anything but Enrollment. TLS has verified
 * the certificate, if there is one, and asked for the agents' key usage; it also lets in those that
 * have ended lately, which may be renewed and nothing else. Thread-safe.
 */
final class AgentAuthentication implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(AgentAuthentication.class);

  private final HostService hosts;
  private final FleetCa ca;
  private final InstantSource clock;

  AgentAuthentication(HostService hosts, FleetCa ca, InstantSource clock) {
    this.hosts = hosts;
    this.ca = ca;
    this.clock = clock;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (EnrollmentGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
      Context context =
          call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
                  instanceof InetSocketAddress from
              ? Context.current().withValue(AgentCaller.ADDRESS, from.getAddress())
              : Context.current();
      return Contexts.interceptCall(context, call, headers, next);
    }
    Optional<X509Certificate> certificate = certificate(call);
    Optional<UUID> id = certificate.flatMap(PeerNames::hostId);
    if (certificate.isEmpty() || id.isEmpty()) {
      return refuse(
          call,
          Status.UNAUTHENTICATED.withDescription(
              "no agent certificate was presented; enrol this host first"));
    }
    // TLS may have seen it long ago: a session can be resumed, a connection can be old.
    if (ca.issuerOf(certificate.get()).isEmpty()) {
      return refuse(
          call,
          Status.UNAUTHENTICATED.withDescription(
              "the CA that issued the certificate of host "
                  + id.get()
                  + " is not trusted any more; enrol this host again"));
    }
    Instant end = certificate.get().getNotAfter().toInstant();
    if (clock.instant().isAfter(end) && !isRenewal(call)) {
      return refuse(
          call,
          Status.UNAUTHENTICATED.withDescription(
              "the certificate of host " + id.get() + " expired at " + end + "; renew it"));
    }
    try {
      if (hosts.find(id.get()).isEmpty()) {
        LOG.warn("refused host {}: it is not in the fleet", id.get());
        return refuse(
            call,
            Status.PERMISSION_DENIED.withDescription(
                "host " + id.get() + " was removed from the fleet, or never was in it"));
      }
    } catch (RuntimeException e) {
      LOG.error("cannot look up host {}", id.get(), e);
      return refuse(
          call, Status.UNAVAILABLE.withDescription("the controller's database does not answer"));
    }
    Context context =
        Context.current()
            .withValue(AgentCaller.HOST_ID, id.get())
            .withValue(AgentCaller.CERTIFICATE, certificate.get());
    return Contexts.interceptCall(context, call, headers, next);
  }

  private static boolean isRenewal(ServerCall<?, ?> call) {
    return AgentLinkGrpc.getRenewCertificateMethod()
        .getFullMethodName()
        .equals(call.getMethodDescriptor().getFullMethodName());
  }

  private static Optional<X509Certificate> certificate(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return Optional.empty();
    }
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate certificate
          ? Optional.of(certificate)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException _) {
      return Optional.empty(); // TLS without a client certificate
    }
  }

  private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
    call.close(status, new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
