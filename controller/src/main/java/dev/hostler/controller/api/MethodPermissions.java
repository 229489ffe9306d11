package dev.hostler.controller.api;

import dev.hostler.controller.access.Permission;
import dev.hostler.proto.v1.AuditServiceGrpc;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.TokenServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.Map;
import java.util.Optional;

/** What each method needs. A method that is not here is refused. */
final class MethodPermissions {
  private static final Map<String, Permission> BY_METHOD =
      Map.ofEntries(
          entry(ControllerServiceGrpc.getGetControllerMethod(), Permission.CONTROLLER_READ),
          entry(HostServiceGrpc.getListHostsMethod(), Permission.HOST_READ),
          entry(HostServiceGrpc.getGetHostMethod(), Permission.HOST_READ),
          entry(HostServiceGrpc.getLabelHostMethod(), Permission.HOST_WRITE),
          entry(HostServiceGrpc.getRemoveHostMethod(), Permission.HOST_WRITE),
          entry(TokenServiceGrpc.getListTokensMethod(), Permission.TOKEN_READ),
          entry(TokenServiceGrpc.getCreateTokenMethod(), Permission.TOKEN_WRITE),
          entry(TokenServiceGrpc.getRevokeTokenMethod(), Permission.TOKEN_WRITE),
          entry(BundleServiceGrpc.getListBundlesMethod(), Permission.BUNDLE_READ),
          entry(BundleServiceGrpc.getGetBundleMethod(), Permission.BUNDLE_READ),
          entry(BundleServiceGrpc.getPushBundleMethod(), Permission.BUNDLE_WRITE),
          entry(JobServiceGrpc.getGetJobMethod(), Permission.JOB_READ),
          entry(JobServiceGrpc.getListJobsMethod(), Permission.JOB_READ),
          entry(JobServiceGrpc.getListTasksMethod(), Permission.JOB_READ),
          entry(JobServiceGrpc.getWatchJobMethod(), Permission.JOB_READ),
          entry(JobServiceGrpc.getReadOutputMethod(), Permission.JOB_READ),
          entry(JobServiceGrpc.getSubmitJobMethod(), Permission.JOB_WRITE),
          entry(JobServiceGrpc.getCancelJobMethod(), Permission.JOB_WRITE),
          entry(AuditServiceGrpc.getListAuditMethod(), Permission.AUDIT_READ));

  private MethodPermissions() {}

  private static Map.Entry<String, Permission> entry(
      MethodDescriptor<?, ?> method, Permission permission) {
    return Map.entry(method.getFullMethodName(), permission);
  }

  /** What the method needs; empty when it is not known. */
  static Optional<Permission> of(MethodDescriptor<?, ?> method) {
    return Optional.ofNullable(BY_METHOD.get(method.getFullMethodName()));
  }

  /** Health and reflection tell nothing of the fleet: who got through TLS may call them. */
  static boolean isFree(MethodDescriptor<?, ?> method) {
    String name = method.getFullMethodName();
    return name.startsWith("grpc.health.v1.") || name.startsWith("grpc.reflection.");
  }
}
