package dev.hostler.controller.api;

import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.limit.LimitPolicies;
import dev.hostler.controller.limit.LimitPolicy;
import dev.hostler.controller.limit.LimitScope;
import dev.hostler.controller.link.LimitFields;
import dev.hostler.proto.v1.DecidedLimit;
import dev.hostler.proto.v1.GetLimitsRequest;
import dev.hostler.proto.v1.GetLimitsResponse;
import dev.hostler.proto.v1.LimitServiceGrpc;
import dev.hostler.proto.v1.ListLimitPoliciesRequest;
import dev.hostler.proto.v1.ListLimitPoliciesResponse;
import dev.hostler.proto.v1.SetLimitsRequest;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.limits.EffectiveLimits;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Policies of limits on the operator port. */
public final class LimitEndpoint extends LimitServiceGrpc.LimitServiceImplBase {
  private final LimitPolicies policies;
  private final BundleService bundles;
  private final HostService hosts;
  private final Supplier<String> caller;

  /**
   * For these policies.
   *
   * @param bundles say what is declared
   * @param hosts by name
   * @param caller name of the current caller
   */
  public LimitEndpoint(
      LimitPolicies policies, BundleService bundles, HostService hosts, Supplier<String> caller) {
    this.policies = policies;
    this.bundles = bundles;
    this.hosts = hosts;
    this.caller = caller;
  }

  @Override
  public void listLimitPolicies(
      ListLimitPoliciesRequest request, StreamObserver<ListLimitPoliciesResponse> responses) {
    Unary.answer(
        responses,
        () ->
            ListLimitPoliciesResponse.newBuilder()
                .addAllPolicies(policies.list().stream().map(this::message).toList())
                .build());
  }

  @Override
  public void setLimits(
      SetLimitsRequest request, StreamObserver<dev.hostler.proto.v1.LimitPolicy> responses) {
    Unary.answer(
        responses,
        () -> {
          LimitScope scope = scope(request.getScopeValue());
          String subject =
              scope == LimitScope.HOST
                  ? hosts.get(request.getSubject()).id().toString()
                  : request.getSubject();
          return message(
              policies.set(
                  caller.get(),
                  scope,
                  subject,
                  LimitFields.read(request.getLimits()),
                  cleared(request.getClearList())));
        });
  }

  private static LimitScope scope(int code) {
    try {
      return LimitScope.of(code);
    } catch (IllegalArgumentException e) {
      throw RequestException.invalid(
          "scope", code, "use LIMIT_SCOPE_FLEET, LIMIT_SCOPE_BUNDLE or LIMIT_SCOPE_HOST");
    }
  }

  private static List<Limit> cleared(List<String> keys) {
    List<Limit> cleared = new ArrayList<>();
    for (String key : keys) {
      cleared.add(
          Limit.ofKey(key)
              .orElseThrow(
                  () -> RequestException.invalid("clear", key, "use one of " + Limit.keys())));
    }
    return cleared;
  }

  @Override
  public void getLimits(GetLimitsRequest request, StreamObserver<GetLimitsResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          @Nullable Host host = request.getHost().isEmpty() ? null : hosts.get(request.getHost());
          boolean command = request.getBundle().isEmpty();
          EffectiveLimits declared =
              command ? ofCommand(request) : EffectiveLimits.of(declared(request), "bundle");
          EffectiveLimits lowered =
              policies.effective(
                  declared, command ? null : request.getBundle(), host == null ? null : host.id());
          return message(
              host == null
                  ? lowered
                  : lowered.loweredBy(
                      LimitFields.read(host.facts().limits()), EffectiveLimits.HOST));
        });
  }

  /** What a host gives to commands is in its agent.toml, which nobody but the host knows. */
  private static EffectiveLimits ofCommand(GetLimitsRequest request) {
    if (!request.getAction().isEmpty() || !request.getVersion().isEmpty()) {
      throw new RequestException(
          RequestException.Kind.INVALID,
          "bundle: is empty: name the bundle of the action, or leave action and version out");
    }
    return new EffectiveLimits(Limits.NONE, new TreeMap<>());
  }

  private Limits declared(GetLimitsRequest request) {
    StoredBundle bundle = bundles.get(request.getBundle(), request.getVersion());
    Manifest manifest = bundles.manifest(bundle);
    String name =
        request.getAction().isEmpty() && manifest.actions().size() == 1
            ? manifest.actions().firstKey()
            : request.getAction();
    Manifest.Action action = manifest.action(name);
    if (action == null) {
      throw RequestException.notFound(
          "action",
          name,
          "bundle %s %s has the actions %s"
              .formatted(
                  bundle.name(), bundle.version(), String.join(", ", manifest.actions().keySet())));
    }
    return action.limits();
  }

  private static GetLimitsResponse message(EffectiveLimits effective) {
    GetLimitsResponse.Builder response =
        GetLimitsResponse.newBuilder().setLimits(LimitFields.message(effective.limits()));
    effective
        .limits()
        .values()
        .forEach((limit, value) ->
            response.addDecided(
                DecidedLimit.newBuilder()
                    .setLimit(limit.key())
                    .setValue(value)
                    .setSetBy(effective.setBy(limit))));
    return response.build();
  }

  private dev.hostler.proto.v1.LimitPolicy message(LimitPolicy policy) {
    dev.hostler.proto.v1.LimitPolicy.Builder message =
        dev.hostler.proto.v1.LimitPolicy.newBuilder()
            .setScopeValue(policy.scope().code())
            .setSubject(policy.subject())
            .setName(name(policy))
            .setLimits(LimitFields.message(policy.limits()))
            .setChangedBy(policy.changedBy());
    Instant changed = policy.changedAt();
    if (changed != null) {
      message.setChangedAt(Unary.timestamp(changed));
    }
    return message.build();
  }

  private String name(LimitPolicy policy) {
    return policy.scope() == LimitScope.HOST
        ? hosts.find(UUID.fromString(policy.subject())).map(Host::name).orElse(policy.subject())
        : policy.subject();
  }
}
