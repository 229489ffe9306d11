package dev.hostler.controller.link;

import dev.hostler.controller.bundle.BundleContent;
import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.FetchBundleRequest;
import dev.hostler.proto.v1.FetchBundleResponse;
import dev.hostler.proto.v1.RenewCertificateRequest;
import dev.hostler.proto.v1.RenewCertificateResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The agent port's link service. Its callbacks may wait for the database: the server must run them
 * on virtual threads.
 */
public final class AgentLinkService extends AgentLinkGrpc.AgentLinkImplBase {
  private final AgentSession.Services services;
  private final BundleService bundles;
  private final Supplier<UUID> caller;
  private final AtomicLong numbers = new AtomicLong();

  /**
   * The service.
   *
   * @param caller the host that the current call's certificate belongs to
   */
  AgentLinkService(AgentSession.Services services, BundleService bundles, Supplier<UUID> caller) {
    this.services = services;
    this.bundles = bundles;
    this.caller = caller;
  }

  @Override
  public StreamObserver<AgentFrame> connect(StreamObserver<ControllerFrame> responses) {
    return new AgentSession(
        numbers.incrementAndGet(),
        caller.get(),
        AgentCaller.certificate(),
        services,
        (ServerCallStreamObserver<ControllerFrame>) responses);
  }

  @Override
  public void fetchBundle(
      FetchBundleRequest request, StreamObserver<FetchBundleResponse> responses) {
    var call = (ServerCallStreamObserver<FetchBundleResponse>) responses;
    byte[] digest = request.getManifestDigest().toByteArray();
    BundleContent content;
    try {
      content = bundles.open(HexFormat.of().formatHex(digest), request.getOffset());
    } catch (RuntimeException e) {
      call.onError(FailureStatus.of(e).asRuntimeException());
      return;
    }
    call.setOnReadyHandler(new BundlePump(content, call));
  }

  @Override
  public void renewCertificate(
      RenewCertificateRequest request, StreamObserver<RenewCertificateResponse> responses) {
    RenewCertificateResponse response;
    try {
      X509Certificate presented =
          AgentCaller.certificate()
              .orElseThrow(() ->
                  new RequestException(
                      RequestException.Kind.UNAUTHENTICATED, "no certificate was presented"));
      response = services.trust().renew(caller.get(), presented, request.getCsr().toByteArray());
    } catch (RuntimeException e) {
      responses.onError(FailureStatus.of(e).asRuntimeException());
      return;
    }
    responses.onNext(response);
    responses.onCompleted();
  }
}
