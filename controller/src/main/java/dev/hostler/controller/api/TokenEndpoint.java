package dev.hostler.controller.api;

import com.google.protobuf.util.Durations;
import dev.hostler.common.config.AddressRange;
import dev.hostler.controller.enroll.JoinToken;
import dev.hostler.controller.enroll.JoinTokens;
import dev.hostler.controller.enroll.TokenBinding;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.proto.v1.CreateTokenRequest;
import dev.hostler.proto.v1.CreateTokenResponse;
import dev.hostler.proto.v1.ListTokensRequest;
import dev.hostler.proto.v1.ListTokensResponse;
import dev.hostler.proto.v1.RevokeTokenRequest;
import dev.hostler.proto.v1.Token;
import dev.hostler.proto.v1.TokenServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Join tokens on the operator port. */
public final class TokenEndpoint extends TokenServiceGrpc.TokenServiceImplBase {
  private final JoinTokens tokens;

  /** For these tokens. */
  public TokenEndpoint(JoinTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public void createToken(
      CreateTokenRequest request, StreamObserver<CreateTokenResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          JoinTokens.Made made =
              tokens.create(
                  Caller.name(),
                  request.getUses() == 0 ? 1 : request.getUses(),
                  ttl(request),
                  request.getLabelsMap(),
                  TokenBinding.parse(
                      request.getAddressRange(),
                      request.getKeyFingerprint(),
                      request.getApprove()));
          return CreateTokenResponse.newBuilder()
              .setToken(made.written())
              .setDetails(message(made.token()))
              .build();
        });
  }

  private static Duration ttl(CreateTokenRequest request) {
    if (!request.hasTtl()) {
      return Duration.ofHours(1);
    }
    if (!Durations.isValid(request.getTtl())) {
      throw RequestException.invalid(
          "ttl", request.getTtl().getSeconds() + " s", "not a duration; use 1 s to 30 days");
    }
    return Duration.ofSeconds(request.getTtl().getSeconds(), request.getTtl().getNanos());
  }

  @Override
  public void listTokens(ListTokensRequest request, StreamObserver<ListTokensResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          int size = PageTokens.size(request.getPageSize(), 500);
          String token = request.getPageToken();
          List<JoinToken> page =
              tokens.list(token.isEmpty() ? null : PageTokens.read(token, 1).getFirst(), size + 1);
          ListTokensResponse.Builder response = ListTokensResponse.newBuilder();
          page.stream().limit(size).map(TokenEndpoint::message).forEach(response::addTokens);
          if (page.size() > size) {
            response.setNextPageToken(PageTokens.of(page.get(size - 1).id()));
          }
          return response.build();
        });
  }

  @Override
  public void revokeToken(RevokeTokenRequest request, StreamObserver<Token> responses) {
    Unary.answer(responses, () -> message(tokens.revoke(Caller.name(), request.getTokenId())));
  }

  private static Token message(JoinToken token) {
    Token.Builder message =
        Token.newBuilder()
            .setId(token.id())
            .setUses(token.uses())
            .setUsed(token.used())
            .setCreatedAt(Unary.timestamp(token.createdAt()))
            .setCreatedBy(token.createdBy())
            .setExpiresAt(Unary.timestamp(token.expiresAt()))
            .putAllLabels(token.labels())
            .setAddressRange(token.binding().range().map(AddressRange::toString).orElse(""))
            .setKeyFingerprint(token.binding().keyFingerprint().orElse(""))
            .setApprove(token.binding().approve());
    Instant revoked = token.revokedAt();
    if (revoked != null) {
      message.setRevokedAt(Unary.timestamp(revoked));
    }
    return message.build();
  }
}
