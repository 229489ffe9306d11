package dev.hostler.controller.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.index.IndexService;
import dev.hostler.controller.index.StoredIndex;
import dev.hostler.controller.link.TrustFrames;
import dev.hostler.controller.revocation.Revocation;
import dev.hostler.controller.revocation.Revocations;
import dev.hostler.proto.v1.DraftIndexRequest;
import dev.hostler.proto.v1.DraftIndexResponse;
import dev.hostler.proto.v1.GetIndexRequest;
import dev.hostler.proto.v1.GetIndexResponse;
import dev.hostler.proto.v1.IndexServiceGrpc;
import dev.hostler.proto.v1.LiftYankRequest;
import dev.hostler.proto.v1.ListRevocationsRequest;
import dev.hostler.proto.v1.ListRevocationsResponse;
import dev.hostler.proto.v1.PushIndexRequest;
import dev.hostler.proto.v1.RevocationKind;
import dev.hostler.proto.v1.RevokeRequest;
import dev.hostler.trust.index.SignedIndex;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/** The index and revocation on the operator port. */
public final class IndexEndpoint extends IndexServiceGrpc.IndexServiceImplBase {
  private static final Duration USUAL_LIFE = Duration.ofHours(24);

  private final IndexService indexes;
  private final Revocations revocations;

  /** For these. */
  public IndexEndpoint(IndexService indexes, Revocations revocations) {
    this.indexes = indexes;
    this.revocations = revocations;
  }

  @Override
  public void getIndex(GetIndexRequest request, StreamObserver<GetIndexResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          StoredIndex current = indexes.current();
          if (current == null) {
            throw new RequestException(
                RequestException.Kind.NOT_FOUND,
                "no index was pushed yet; sign one with `hostler index sign`");
          }
          return message(current);
        });
  }

  @Override
  public void draftIndex(DraftIndexRequest request, StreamObserver<DraftIndexResponse> responses) {
    Unary.answer(
        responses,
        () ->
            DraftIndexResponse.newBuilder()
                .setStatement(ByteString.copyFrom(indexes.draft(life(request)).canonicalJson()))
                .build());
  }

  private static Duration life(DraftIndexRequest request) {
    if (!request.hasLife()) {
      return USUAL_LIFE;
    }
    if (!Durations.isValid(request.getLife())) {
      throw RequestException.invalid(
          "life", request.getLife().getSeconds() + " s", "not a duration");
    }
    return Duration.ofSeconds(request.getLife().getSeconds(), request.getLife().getNanos());
  }

  @Override
  public void pushIndex(PushIndexRequest request, StreamObserver<GetIndexResponse> responses) {
    Unary.answer(
        responses,
        () ->
            message(
                indexes.push(
                    new SignedIndex(
                        request.getIndex().getStatement().toByteArray(),
                        request.getIndex().getSignature().toByteArray()),
                    Actor.operator(Caller.name()))));
  }

  private static GetIndexResponse message(StoredIndex index) {
    return GetIndexResponse.newBuilder()
        .setIndex(TrustFrames.index(index.signed()))
        .setNumber(index.index().number())
        .setExpiresAt(Unary.timestamp(index.index().expires()))
        .setSigner(index.signer())
        .setPushedAt(Unary.timestamp(index.pushedAt()))
        .setPushedBy(index.pushedBy())
        .build();
  }

  @Override
  public void revoke(
      RevokeRequest request, StreamObserver<dev.hostler.proto.v1.Revocation> responses) {
    Unary.answer(
        responses,
        () ->
            message(
                revocations.revoke(
                    kind(request.getKind()),
                    request.getValue(),
                    request.getReason(),
                    Caller.name())));
  }

  @Override
  public void listRevocations(
      ListRevocationsRequest request, StreamObserver<ListRevocationsResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          ListRevocationsResponse.Builder response = ListRevocationsResponse.newBuilder();
          revocations.list().forEach(one -> response.addRevocations(message(one)));
          return response.build();
        });
  }

  @Override
  public void liftYank(
      LiftYankRequest request, StreamObserver<dev.hostler.proto.v1.Revocation> responses) {
    Unary.answer(
        responses, () -> message(revocations.lift(request.getManifestDigest(), Caller.name())));
  }

  private static Revocation.Kind kind(RevocationKind kind) {
    return switch (kind) {
      case REVOCATION_KIND_CERTIFICATE -> Revocation.Kind.CERTIFICATE;
      case REVOCATION_KIND_OPERATOR -> Revocation.Kind.OPERATOR;
      case REVOCATION_KIND_BUNDLE -> Revocation.Kind.BUNDLE;
      case REVOCATION_KIND_YANK -> Revocation.Kind.YANK;
      case REVOCATION_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw RequestException.invalid("kind", kind, "say what is to be revoked");
    };
  }

  static dev.hostler.proto.v1.Revocation message(Revocation one) {
    return dev.hostler.proto.v1.Revocation.newBuilder()
        .setKindValue(one.kind().code())
        .setValue(one.value())
        .setReason(one.reason())
        .setAt(Unary.timestamp(one.at()))
        .setBy(one.by())
        .build();
  }
}
