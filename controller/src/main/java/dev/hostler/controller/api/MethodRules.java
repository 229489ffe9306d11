package dev.hostler.controller.api;

import dev.hostler.controller.access.Permission;
import dev.hostler.proto.v1.AlertServiceGrpc;
import dev.hostler.proto.v1.AuditServiceGrpc;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.CertificateServiceGrpc;
import dev.hostler.proto.v1.CheckpointServiceGrpc;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.IndexServiceGrpc;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.LimitServiceGrpc;
import dev.hostler.proto.v1.ProfileServiceGrpc;
import dev.hostler.proto.v1.TokenServiceGrpc;
import dev.hostler.proto.v1.TrustServiceGrpc;
import dev.hostler.proto.v1.UsageServiceGrpc;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What each method of the operator port needs. A method that is not here is refused, and a port
 * that has one does not start.
 */
final class MethodRules {
  private static final Map<String, Rule> BY_METHOD =
      Map.ofEntries(
          rule(
              ControllerServiceGrpc.getGetControllerMethod(),
              Permission.CONTROLLER_READ,
              "controller.show"),
          rule(HostServiceGrpc.getListHostsMethod(), Permission.HOST_READ, "host.list"),
          rule(HostServiceGrpc.getGetHostMethod(), Permission.HOST_READ, "host.show"),
          rule(HostServiceGrpc.getLabelHostMethod(), Permission.HOST_LABEL, "host.label"),
          rule(HostServiceGrpc.getRemoveHostMethod(), Permission.HOST_REMOVE, "host.remove"),
          rule(HostServiceGrpc.getListEnrolmentsMethod(), Permission.HOST_APPROVE, "host.pending"),
          rule(
              HostServiceGrpc.getApproveEnrolmentMethod(), Permission.HOST_APPROVE, "host.approve"),
          rule(HostServiceGrpc.getDenyEnrolmentMethod(), Permission.HOST_APPROVE, "host.deny"),
          rule(
              CertificateServiceGrpc.getRenewOperatorCertificateMethod(),
              Permission.CERTIFICATE_RENEW,
              "operator.renew"),
          rule(
              CertificateServiceGrpc.getGetFleetCaMethod(), Permission.CERTIFICATE_READ, "ca.show"),
          rule(CertificateServiceGrpc.getRotateFleetCaMethod(), Permission.CA_ROTATE, "ca.rotate"),
          rule(CertificateServiceGrpc.getFinishRotationMethod(), Permission.CA_ROTATE, "ca.finish"),
          rule(TokenServiceGrpc.getListTokensMethod(), Permission.TOKEN_READ, "token.list"),
          rule(TokenServiceGrpc.getCreateTokenMethod(), Permission.TOKEN_WRITE, "token.create"),
          rule(TokenServiceGrpc.getRevokeTokenMethod(), Permission.TOKEN_WRITE, "token.revoke"),
          rule(BundleServiceGrpc.getListBundlesMethod(), Permission.BUNDLE_READ, "bundle.list"),
          rule(BundleServiceGrpc.getGetBundleMethod(), Permission.BUNDLE_READ, "bundle.show"),
          rule(BundleServiceGrpc.getPushBundleMethod(), Permission.BUNDLE_PUSH, "bundle.push"),
          rule(BundleServiceGrpc.getVerifyBundleMethod(), Permission.BUNDLE_READ, "bundle.verify"),
          rule(BundleServiceGrpc.getCheckBundleMethod(), Permission.BUNDLE_READ, "bundle.verify"),
          rule(
              BundleServiceGrpc.getGetBundleStatusMethod(),
              Permission.BUNDLE_READ,
              "bundle.status"),
          rule(
              TrustServiceGrpc.getListTrustedCertificatesMethod(),
              Permission.TRUST_READ,
              "trust.list"),
          rule(
              TrustServiceGrpc.getAddTrustedCertificateMethod(),
              Permission.TRUST_WRITE,
              "trust.add"),
          rule(
              TrustServiceGrpc.getRemoveTrustedCertificateMethod(),
              Permission.TRUST_WRITE,
              "trust.remove"),
          rule(
              TrustServiceGrpc.getRevokeCertificateMethod(),
              Permission.TRUST_WRITE,
              "certificate.revoke"),
          rule(JobServiceGrpc.getGetJobMethod(), Permission.JOB_READ, "job.show"),
          rule(JobServiceGrpc.getListJobsMethod(), Permission.JOB_READ, "job.list"),
          rule(JobServiceGrpc.getListTasksMethod(), Permission.JOB_READ, "job.tasks"),
          rule(JobServiceGrpc.getWatchJobMethod(), Permission.JOB_READ, "job.watch"),
          rule(JobServiceGrpc.getReadOutputMethod(), Permission.JOB_READ, "job.logs"),
          rule(JobServiceGrpc.getSubmitJobMethod(), Permission.JOB_SUBMIT, "job.submit"),
          rule(JobServiceGrpc.getCancelJobMethod(), Permission.JOB_CANCEL, "job.cancel"),
          rule(IndexServiceGrpc.getGetIndexMethod(), Permission.INDEX_READ, "index.show"),
          rule(IndexServiceGrpc.getDraftIndexMethod(), Permission.INDEX_READ, "index.draft"),
          rule(IndexServiceGrpc.getPushIndexMethod(), Permission.INDEX_PUSH, "index.push"),
          rule(
              IndexServiceGrpc.getListRevocationsMethod(),
              Permission.TRUST_READ,
              "revocation.list"),
          rule(IndexServiceGrpc.getRevokeMethod(), Permission.TRUST_WRITE, "revocation.create"),
          rule(IndexServiceGrpc.getLiftYankMethod(), Permission.TRUST_WRITE, "bundle.unyank"),
          rule(ProfileServiceGrpc.getListProfilesMethod(), Permission.PROFILE_READ, "profile.list"),
          rule(ProfileServiceGrpc.getGetProfileMethod(), Permission.PROFILE_READ, "profile.show"),
          rule(ProfileServiceGrpc.getPushProfileMethod(), Permission.PROFILE_WRITE, "profile.push"),
          rule(
              ProfileServiceGrpc.getRemoveProfileMethod(),
              Permission.PROFILE_WRITE,
              "profile.remove"),
          rule(
              LimitServiceGrpc.getListLimitPoliciesMethod(), Permission.LIMITS_READ, "limits.list"),
          rule(LimitServiceGrpc.getGetLimitsMethod(), Permission.LIMITS_READ, "limits.show"),
          rule(LimitServiceGrpc.getSetLimitsMethod(), Permission.LIMITS_WRITE, "limits.set"),
          rule(UsageServiceGrpc.getGetFleetUsageMethod(), Permission.HOST_READ, "usage.fleet"),
          rule(UsageServiceGrpc.getGetHostUsageMethod(), Permission.HOST_READ, "usage.host"),
          rule(UsageServiceGrpc.getGetBundleUsageMethod(), Permission.BUNDLE_READ, "usage.bundle"),
          rule(
              CheckpointServiceGrpc.getListCheckpointsMethod(),
              Permission.HOST_READ,
              "checkpoint.list"),
          rule(
              CheckpointServiceGrpc.getGetCheckpointMethod(),
              Permission.HOST_READ,
              "checkpoint.show"),
          rule(AlertServiceGrpc.getListAlertsMethod(), Permission.HOST_READ, "alert.list"),
          rule(AlertServiceGrpc.getListAlertRulesMethod(), Permission.HOST_READ, "alert.rules"),
          rule(AlertServiceGrpc.getSetAlertRuleMethod(), Permission.ALERT_WRITE, "alert.set"),
          rule(AlertServiceGrpc.getRemoveAlertRuleMethod(), Permission.ALERT_WRITE, "alert.remove"),
          rule(AuditServiceGrpc.getListAuditMethod(), Permission.AUDIT_READ, "audit.list"),
          rule(AuditServiceGrpc.getExportAuditMethod(), Permission.AUDIT_READ, "audit.export"));

  /**
   * What a method needs.
   *
   * @param permission whoever calls it must have it for something; its service asks again for what
   *     the call is about
   * @param verb under which its refusals stand in the audit log: that of its success
   */
  record Rule(Permission permission, String verb) {}

  private MethodRules() {}

  private static Map.Entry<String, Rule> rule(
      MethodDescriptor<?, ?> method, Permission permission, String verb) {
    return Map.entry(method.getFullMethodName(), new Rule(permission, verb));
  }

  /** What the method needs; empty when it is not known. */
  static Optional<Rule> of(MethodDescriptor<?, ?> method) {
    return Optional.ofNullable(BY_METHOD.get(method.getFullMethodName()));
  }

  /** Health and reflection tell nothing of the fleet: who got through TLS may call them. */
  static boolean isFree(MethodDescriptor<?, ?> method) {
    String name = method.getFullMethodName();
    return name.startsWith("grpc.health.v1.") || name.startsWith("grpc.reflection.");
  }

  /**
   * Every method has a rule.
   *
   * @throws IllegalStateException naming those that have none
   */
  static void requireAll(List<BindableService> services) {
    List<String> without =
        services.stream()
            .flatMap(service -> service.bindService().getMethods().stream())
            .filter(method -> of(method.getMethodDescriptor()).isEmpty())
            .map(method -> method.getMethodDescriptor().getFullMethodName())
            .toList();
    if (!without.isEmpty()) {
      throw new IllegalStateException("methods without a rule in MethodRules: " + without);
    }
  }
}
