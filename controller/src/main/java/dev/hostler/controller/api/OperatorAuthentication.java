package dev.hostler.controller.api;

import com.linecorp.armeria.server.ServiceRequestContext;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Operator;
import dev.hostler.controller.access.Permission;
import dev.hostler.controller.trust.PeerNames;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says who calls, by the certificate that TLS has verified, and asks whether that operator may.
 * Also lets streams take as long as they take. Thread-safe.
 */
final class OperatorAuthentication implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorAuthentication.class);

  private final AccessPolicy policy;

  OperatorAuthentication(AccessPolicy policy) {
    this.policy = policy;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    ServiceRequestContext request = ServiceRequestContext.current();
    MethodDescriptor<Q, A> method = call.getMethodDescriptor();
    if (method.getType() != MethodDescriptor.MethodType.UNARY) {
      request.clearRequestTimeout();
    }
    Optional<Operator> operator = operator(request.sslSession());
    if (operator.isEmpty()) {
      return refuse(
          call, Status.UNAUTHENTICATED, "the client certificate does not name an operator");
    }
    if (!MethodPermissions.isFree(method)) {
      Optional<Permission> needed = MethodPermissions.of(method);
      if (needed.isEmpty() || !policy.allows(operator.get(), needed.get())) {
        LOG.warn("refused {} to operator {}", method.getFullMethodName(), operator.get().name());
        return refuse(
            call,
            Status.PERMISSION_DENIED,
            "operator "
                + operator.get().name()
                + " may not call "
                + method.getFullMethodName()
                + needed.map(permission -> " (needs " + permission + ")").orElse(""));
      }
    }
    return Contexts.interceptCall(
        Context.current().withValue(Caller.OPERATOR, operator.get()), call, headers, next);
  }

  private static Optional<Operator> operator(
      @org.jspecify.annotations.Nullable SSLSession session) {
    try {
      return session != null
              && session.getPeerCertificates()[0] instanceof X509Certificate certificate
          ? PeerNames.operator(certificate).map(Operator::new)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException _) {
      return Optional.empty();
    }
  }

  private static <Q, A> ServerCall.Listener<Q> refuse(
      ServerCall<Q, A> call, Status status, String why) {
    call.close(status.withDescription(why), new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
