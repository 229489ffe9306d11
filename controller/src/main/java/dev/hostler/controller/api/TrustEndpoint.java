package dev.hostler.controller.api;

import com.google.protobuf.ByteString;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Permission;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.revocation.Revocation;
import dev.hostler.controller.revocation.Revocations;
import dev.hostler.controller.roots.TrustedRoot;
import dev.hostler.controller.roots.TrustedRoots;
import dev.hostler.proto.v1.AddTrustedCertificateRequest;
import dev.hostler.proto.v1.ListTrustedCertificatesRequest;
import dev.hostler.proto.v1.ListTrustedCertificatesResponse;
import dev.hostler.proto.v1.RemoveTrustedCertificateRequest;
import dev.hostler.proto.v1.RevokeCertificateRequest;
import dev.hostler.proto.v1.TrustKind;
import dev.hostler.proto.v1.TrustServiceGrpc;
import dev.hostler.proto.v1.TrustedCertificate;
import io.grpc.stub.StreamObserver;
import java.security.cert.CertificateEncodingException;

/** The roots that the controller knows, on the operator port. */
public final class TrustEndpoint extends TrustServiceGrpc.TrustServiceImplBase {
  private final TrustedRoots roots;
  private final Revocations revocations;
  private final AccessPolicy policy;

  /** {@code policy} is asked again where operator roots are concerned. */
  public TrustEndpoint(TrustedRoots roots, Revocations revocations, AccessPolicy policy) {
    this.roots = roots;
    this.revocations = revocations;
    this.policy = policy;
  }

  @Override
  public void listTrustedCertificates(
      ListTrustedCertificatesRequest request,
      StreamObserver<ListTrustedCertificatesResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          ListTrustedCertificatesResponse.Builder response =
              ListTrustedCertificatesResponse.newBuilder();
          roots.list().stream()
              .filter(root ->
                  request.getKindValue() == 0 || root.kind().code() == request.getKindValue())
              .map(this::message)
              .forEach(response::addCertificates);
          return response.build();
        });
  }

  @Override
  public void addTrustedCertificate(
      AddTrustedCertificateRequest request, StreamObserver<TrustedCertificate> responses) {
    Unary.answer(
        responses,
        () -> {
          TrustedRoot.Kind kind = kind(request.getKind());
          require(kind);
          return message(roots.add(Caller.name(), kind, request.getPem()));
        });
  }

  @Override
  public void removeTrustedCertificate(
      RemoveTrustedCertificateRequest request, StreamObserver<TrustedCertificate> responses) {
    Unary.answer(
        responses,
        () -> message(roots.remove(Caller.name(), request.getFingerprint(), this::require)));
  }

  @Override
  public void revokeCertificate(
      RevokeCertificateRequest request, StreamObserver<dev.hostler.proto.v1.Revocation> responses) {
    Unary.answer(
        responses,
        () ->
            IndexEndpoint.message(
                revocations.revoke(
                    Revocation.Kind.CERTIFICATE,
                    request.getFingerprint(),
                    request.getReason(),
                    Caller.name())));
  }

  /** Who decides on operator roots decides on who is an operator. */
  private void require(TrustedRoot.Kind kind) {
    if (kind == TrustedRoot.Kind.OPERATOR) {
      policy.require(Caller.current(), Permission.TRUST_OPERATORS, "change operator roots");
    }
  }

  private static TrustedRoot.Kind kind(TrustKind kind) {
    return switch (kind) {
      case TRUST_KIND_BUNDLE -> TrustedRoot.Kind.BUNDLE;
      case TRUST_KIND_OPERATOR -> TrustedRoot.Kind.OPERATOR;
      case TRUST_KIND_INDEX -> TrustedRoot.Kind.INDEX;
      case TRUST_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw RequestException.invalid("kind", kind, "say what it is trusted for");
    };
  }

  private TrustedCertificate message(TrustedRoot root) {
    try {
      return TrustedCertificate.newBuilder()
          .setKindValue(root.kind().code())
          .setCertificate(BundleMessages.certificate(root.certificate()))
          .setDer(ByteString.copyFrom(root.certificate().getEncoded()))
          .setAddedAt(Unary.timestamp(root.addedAt()))
          .setAddedBy(root.addedBy())
          .setRevoked(revocations.current().certificates().contains(root.fingerprint()))
          .build();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }
}
