package dev.hostler.controller.api;

import com.linecorp.armeria.server.ServiceRequestContext;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Authenticator;
import dev.hostler.controller.access.Operator;
import dev.hostler.controller.access.Presented;
import dev.hostler.controller.audit.RefusalListener;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.link.FailureStatus;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The one place through which every call of the operator port goes, gRPC and JSON alike: says who
 * calls, asks whether that operator may, and tells of refusals, also of those that a service makes
 * later. Also lets streams take as long as they take. Thread-safe.
 */
final class AccessInterceptor implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "Bearer ";

  private final OperatorTrust trust;
  private final Authenticator authenticator;
  private final AccessPolicy policy;
  private final RefusalListener refusals;

  AccessInterceptor(
      OperatorTrust trust,
      Authenticator authenticator,
      AccessPolicy policy,
      RefusalListener refusals) {
    this.trust = trust;
    this.authenticator = authenticator;
    this.policy = policy;
    this.refusals = refusals;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    ServiceRequestContext request = ServiceRequestContext.current();
    MethodDescriptor<Q, A> method = call.getMethodDescriptor();
    if (method.getType() != MethodDescriptor.MethodType.UNARY) {
      request.clearRequestTimeout();
    }
    Optional<MethodRules.Rule> rule = MethodRules.of(method);
    String verb = rule.map(MethodRules.Rule::verb).orElse("call.unknown");
    @Nullable Operator operator = null;
    Presented presented = presented(request.sslSession(), headers);
    Context context = Context.current();
    try {
      operator =
          authenticator
              .authenticate(presented)
              .orElseThrow(() ->
                  new RequestException(
                      RequestException.Kind.UNAUTHENTICATED, "the caller did not say who it is"));
      if (!presented.certificates().isEmpty()) {
        X509Certificate certificate = presented.certificates().getFirst();
        trust.require(certificate, method);
        context = context.withValue(Caller.CERTIFICATE, certificate);
      }
      if (!MethodRules.isFree(method)) {
        MethodRules.Rule needed =
            rule.orElseThrow(() ->
                new RequestException(
                    RequestException.Kind.PERMISSION_DENIED,
                    method.getFullMethodName() + " is open to nobody"));
        policy.require(operator, needed.permission(), "call " + method.getFullMethodName());
      }
    } catch (RequestException e) {
      Watched<Q, A> watched = new Watched<>(call, operator, verb);
      watched.close(FailureStatus.of(e), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    Watched<Q, A> watched = new Watched<>(call, operator, verb);
    return new SimpleForwardingServerCallListener<>(
        Contexts.interceptCall(
            context.withValue(Caller.OPERATOR, operator), watched, headers, next)) {
      @Override
      public void onHalfClose() {
        try {
          super.onHalfClose();
        } catch (RequestException e) {
          watched.close(FailureStatus.of(e), new Metadata());
        }
      }
    };
  }

  /** Tells of a refusal when the call ends with one. */
  private final class Watched<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final @Nullable Operator operator;
    private final String verb;

    Watched(ServerCall<Q, A> call, @Nullable Operator operator, String verb) {
      super(call);
      this.operator = operator;
      this.verb = verb;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (isRefusal(status)) {
        refusals.refused(
            operator == null ? "" : "operator:" + operator.name(),
            verb,
            "call:" + getMethodDescriptor().getBareMethodName(),
            said(status));
      }
      super.close(status, trailers);
    }

    private boolean isRefusal(Status status) {
      return switch (status.getCode()) {
        case PERMISSION_DENIED, UNAUTHENTICATED -> true;
        // Work that was turned down, whatever the reason.
        case INVALID_ARGUMENT, FAILED_PRECONDITION -> verb.equals("job.submit");
        default -> false;
      };
    }

    /** Messages about a malformed request quote it, secrets and all: only the field is kept. */
    private static String said(Status status) {
      String message = String.valueOf(status.getDescription());
      return switch (status.getCode()) {
        case PERMISSION_DENIED, UNAUTHENTICATED -> message;
        default -> status.getCode() + ": " + message.split("[:\\n]", 2)[0];
      };
    }
  }

  private static Presented presented(@Nullable SSLSession session, Metadata headers) {
    String authorization = headers.get(AUTHORIZATION);
    return new Presented(
        certificates(session),
        Optional.ofNullable(authorization)
            .filter(text -> text.startsWith(BEARER))
            .map(text -> text.substring(BEARER.length())));
  }

  private static List<X509Certificate> certificates(@Nullable SSLSession session) {
    try {
      return session == null
          ? List.of()
          : Arrays.stream(session.getPeerCertificates())
              .filter(X509Certificate.class::isInstance)
              .map(X509Certificate.class::cast)
              .toList();
    } catch (SSLPeerUnverifiedException _) {
      return List.of();
    }
  }
}
