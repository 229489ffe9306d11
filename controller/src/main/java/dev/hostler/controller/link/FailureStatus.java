package dev.hostler.controller.link;

import dev.hostler.controller.failure.RequestException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where failures become gRPC statuses, for both ports. */
public final class FailureStatus {
  private static final Logger LOG = LoggerFactory.getLogger(FailureStatus.class);

  private FailureStatus() {}

  /** The status for a failure; what is not meant for the caller is logged and named by an id. */
  public static Status of(Throwable failure) {
    return switch (failure) {
      case RequestException request ->
          code(request.kind()).toStatus().withDescription(request.getMessage());
      case StatusRuntimeException status -> status.getStatus();
      case StatusException status -> status.getStatus();
      default -> {
        UUID id = UUID.randomUUID();
        LOG.error("a request failed, id {}", id, failure);
        yield Status.INTERNAL.withDescription(
            "the controller failed; its log has the cause under id " + id);
      }
    };
  }

  private static Status.Code code(RequestException.Kind kind) {
    return switch (kind) {
      case INVALID -> Status.Code.INVALID_ARGUMENT;
      case NOT_FOUND -> Status.Code.NOT_FOUND;
      case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
      case FAILED_PRECONDITION -> Status.Code.FAILED_PRECONDITION;
      case UNAUTHENTICATED -> Status.Code.UNAUTHENTICATED;
      case PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
      case OUT_OF_RANGE -> Status.Code.OUT_OF_RANGE;
      case ABORTED -> Status.Code.ABORTED;
      case EXHAUSTED -> Status.Code.RESOURCE_EXHAUSTED;
      case UNAVAILABLE -> Status.Code.UNAVAILABLE;
    };
  }
}
