package dev.hostler.controller.api;

import com.google.protobuf.ByteString;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Permission;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.enroll.EnrolmentRequest;
import dev.hostler.controller.enroll.Enrolments;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostSelector;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.link.FactsMapping;
import dev.hostler.proto.v1.ApproveEnrolmentRequest;
import dev.hostler.proto.v1.DenyEnrolmentRequest;
import dev.hostler.proto.v1.Enrolment;
import dev.hostler.proto.v1.GetHostRequest;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.LabelHostRequest;
import dev.hostler.proto.v1.ListEnrolmentsRequest;
import dev.hostler.proto.v1.ListEnrolmentsResponse;
import dev.hostler.proto.v1.ListHostsRequest;
import dev.hostler.proto.v1.ListHostsResponse;
import dev.hostler.proto.v1.RemoveHostRequest;
import dev.hostler.proto.v1.RemoveHostResponse;
import dev.hostler.proto.v1.SealingKey;
import dev.hostler.trust.secret.SignedSealingKey;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/** Hosts on the operator port. */
public final class HostEndpoint extends HostServiceGrpc.HostServiceImplBase {
  private final HostService hosts;
  private final Enrolments enrolments;
  private final HostSelector.Compiler selectors;
  private final AccessPolicy policy;

  /** For these hosts, as far as {@code policy} lets the caller at them. */
  public HostEndpoint(
      HostService hosts,
      Enrolments enrolments,
      HostSelector.Compiler selectors,
      AccessPolicy policy) {
    this.hosts = hosts;
    this.enrolments = enrolments;
    this.selectors = selectors;
    this.policy = policy;
  }

  /** The host of a request, once the caller may do that to it. */
  private Host permitted(Permission permission, String idOrName, String what) {
    Host host = hosts.get(idOrName);
    policy.requireHost(Caller.current(), permission, host, what);
    return host;
  }

  @Override
  public void listHosts(ListHostsRequest request, StreamObserver<ListHostsResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          int size = PageTokens.size(request.getPageSize(), 500);
          HostSelector selector =
              request.getSelector().isBlank()
                  ? (_, _) -> true
                  : selectors.compile(request.getSelector());
          String token = request.getPageToken();
          String after = token.isEmpty() ? "" : PageTokens.read(token, 1).getFirst();
          Predicate<Host> seen = policy.sees(Caller.current(), Permission.HOST_READ);
          List<Host> page =
              hosts.list(
                  (host, connected) -> seen.test(host) && selector.matches(host, connected),
                  after,
                  size + 1);
          ListHostsResponse.Builder response = ListHostsResponse.newBuilder();
          List<Host> shown = page.stream().limit(size).toList();
          Map<UUID, SignedSealingKey> keys =
              request.getSealingKeys()
                  ? hosts.sealingKeys(shown.stream().map(Host::id).toList())
                  : Map.of();
          shown.forEach(host -> response.addHosts(message(host, keys)));
          if (page.size() > size) {
            response.setNextPageToken(PageTokens.of(page.get(size - 1).name()));
          }
          return response.build();
        });
  }

  @Override
  public void getHost(GetHostRequest request, StreamObserver<dev.hostler.proto.v1.Host> responses) {
    Unary.answer(
        responses,
        () -> {
          Host host = permitted(Permission.HOST_READ, request.getHost(), "see");
          return message(host, hosts.sealingKeys(List.of(host.id())));
        });
  }

  @Override
  public void labelHost(
      LabelHostRequest request, StreamObserver<dev.hostler.proto.v1.Host> responses) {
    Unary.answer(
        responses,
        () ->
            message(
                hosts.label(
                    Actor.operator(Caller.name()),
                    permitted(Permission.HOST_LABEL, request.getHost(), "label").id().toString(),
                    request.getSetMap(),
                    request.getRemoveList()),
                Map.of()));
  }

  @Override
  public void removeHost(RemoveHostRequest request, StreamObserver<RemoveHostResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          Host host = permitted(Permission.HOST_REMOVE, request.getHost(), "remove");
          hosts.remove(Actor.operator(Caller.name()), host.id().toString());
          return RemoveHostResponse.getDefaultInstance();
        });
  }

  @Override
  public void listEnrolments(
      ListEnrolmentsRequest request, StreamObserver<ListEnrolmentsResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          int size = PageTokens.size(request.getPageSize(), 500);
          String token = request.getPageToken();
          List<EnrolmentRequest> page =
              enrolments.list(
                  request.getAll(),
                  token.isEmpty() ? null : UUID.fromString(PageTokens.read(token, 1).getFirst()),
                  size + 1);
          ListEnrolmentsResponse.Builder response = ListEnrolmentsResponse.newBuilder();
          page.stream().limit(size).map(HostEndpoint::message).forEach(response::addEnrolments);
          if (page.size() > size) {
            response.setNextPageToken(PageTokens.of(page.get(size - 1).id().toString()));
          }
          return response.build();
        });
  }

  @Override
  public void approveEnrolment(
      ApproveEnrolmentRequest request, StreamObserver<Enrolment> responses) {
    Unary.answer(
        responses,
        () ->
            message(
                enrolments.approve(
                    Caller.name(), request.getEnrolment(), request.getKeyFingerprint())));
  }

  @Override
  public void denyEnrolment(DenyEnrolmentRequest request, StreamObserver<Enrolment> responses) {
    Unary.answer(responses, () -> message(enrolments.deny(Caller.name(), request.getEnrolment())));
  }

  private static Enrolment message(EnrolmentRequest request) {
    String decidedBy = request.decidedBy();
    return Enrolment.newBuilder()
        .setId(request.id().toString())
        .setHostName(request.hostName())
        .setKeyFingerprint(request.keyFingerprint())
        .setAddress(request.address())
        .setTokenId(request.tokenId())
        .setState(
            switch (request.state()) {
              case PENDING -> Enrolment.State.STATE_PENDING;
              case APPROVED -> Enrolment.State.STATE_APPROVED;
              case DENIED -> Enrolment.State.STATE_DENIED;
              case JOINED -> Enrolment.State.STATE_JOINED;
            })
        .setRequestedAt(Unary.timestamp(request.requestedAt()))
        .setLastAskedAt(Unary.timestamp(request.lastAskedAt()))
        .setDecidedBy(decidedBy == null ? "" : decidedBy)
        .setFacts(FactsMapping.toProto(request.facts()))
        .build();
  }

  private dev.hostler.proto.v1.Host message(Host host, Map<UUID, SignedSealingKey> sealingKeys) {
    dev.hostler.proto.v1.Host.Builder message =
        dev.hostler.proto.v1.Host.newBuilder()
            .setId(host.id().toString())
            .setName(host.name())
            .setConnected(hosts.isConnected(host.id()))
            .setEnrolledAt(Unary.timestamp(host.enrolledAt()))
            .putAllLabels(host.labels())
            .setFacts(FactsMapping.toProto(host.facts()));
    Instant seen = host.lastSeenAt();
    if (seen != null) {
      message.setLastSeenAt(Unary.timestamp(seen));
    }
    SignedSealingKey key = sealingKeys.get(host.id());
    if (key != null) {
      message.setSealingKey(
          SealingKey.newBuilder()
              .setStatement(ByteString.copyFrom(key.statement()))
              .setSignature(ByteString.copyFrom(key.signature())));
    }
    return message.build();
  }
}
