package dev.hostler.controller.link;

import dev.hostler.controller.audit.RefusalListener;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.controller.trust.PeerNames;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.EnrollmentGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only agents of hosts that are in the fleet call anything but Enrollment. TLS has verified
 * the certificate, if there is one, and asked for the agents' key usage; it also lets in those that
 * have ended lately, which may be renewed and nothing else. Tells of every call that ends because
 * its caller may not make it, also where that is found out later. Thread-safe.
 */
final class AgentAuthentication implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(AgentAuthentication.class);

  /** What a refusal is called in the audit log. */
  private static final Map<String, String> VERBS =
      Map.of(
          EnrollmentGrpc.getEnrollMethod().getFullMethodName(), "host.enroll",
          AgentLinkGrpc.getFetchBundleMethod().getFullMethodName(), "bundle.fetch",
          AgentLinkGrpc.getRenewCertificateMethod().getFullMethodName(), "certificate.renew");

  private final HostService hosts;
  private final FleetCa ca;
  private final RefusalListener refusals;
  private final InstantSource clock;

  AgentAuthentication(
      HostService hosts, FleetCa ca, RefusalListener refusals, InstantSource clock) {
    this.hosts = hosts;
    this.ca = ca;
    this.refusals = refusals;
    this.clock = clock;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> plain, Metadata headers, ServerCallHandler<Q, A> next) {
    Optional<InetAddress> address = address(plain);
    if (EnrollmentGrpc.SERVICE_NAME.equals(plain.getMethodDescriptor().getServiceName())) {
      Context context =
          address
              .map(from -> Context.current().withValue(AgentCaller.ADDRESS, from))
              .orElse(Context.current());
      return Contexts.interceptCall(context, new Watched<>(plain, "", address), headers, next);
    }
    Optional<X509Certificate> certificate = certificate(plain);
    Optional<UUID> id = certificate.flatMap(PeerNames::hostId);
    ServerCall<Q, A> call =
        new Watched<>(plain, id.map(host -> "host:" + host).orElse(""), address);
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

  private static Optional<InetAddress> address(ServerCall<?, ?> call) {
    return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
            instanceof InetSocketAddress from
        ? Optional.ofNullable(from.getAddress())
        : Optional.empty();
  }

  /** Tells of a refusal when the call ends with one. */
  private final class Watched<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final String actor;
    private final Optional<InetAddress> address;

    Watched(ServerCall<Q, A> call, String actor, Optional<InetAddress> address) {
      super(call);
      this.actor = actor;
      this.address = address;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      String verb = VERBS.getOrDefault(getMethodDescriptor().getFullMethodName(), "host.connect");
      if (isRefusal(status, verb)) {
        refusals.connectionRefused(
            actor,
            verb,
            "address:" + address.map(InetAddress::getHostAddress).orElse("unknown"),
            String.valueOf(status.getDescription()));
      }
      super.close(status, trailers);
    }

    private static boolean isRefusal(Status status, String verb) {
      return switch (status.getCode()) {
        case UNAUTHENTICATED -> true;
        // Enrolment writes a row of its own for hosts that may not join with a good token.
        case PERMISSION_DENIED -> !verb.equals("host.enroll");
        default -> false;
      };
    }
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
