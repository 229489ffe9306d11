package dev.hostler.controller.api;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.UnframedGrpcErrorHandler;
import com.linecorp.armeria.server.grpc.UnframedGrpcStatusMappingFunction;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Failures of the JSON form: {"code": 5, "status": "NOT_FOUND", "message": "..."}. */
final class JsonErrors implements UnframedGrpcErrorHandler, ServerErrorHandler {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** What the services said. */
  @Override
  public HttpResponse handle(
      ServiceRequestContext context, Status status, AggregatedHttpResponse response) {
    HttpStatus http = UnframedGrpcStatusMappingFunction.of().apply(context, status, null);
    return HttpResponse.of(
        http == null ? HttpStatus.INTERNAL_SERVER_ERROR : http,
        MediaType.JSON_UTF_8,
        body(status.getCode(), decoded(status.getDescription())));
  }

  /** What did not get as far as a service: a path that is none, a body that is no JSON. */
  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
    return null;
  }

  @Override
  public @Nullable AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext context,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus http,
      @Nullable String description,
      @Nullable Throwable cause) {
    if (headers == null || !headers.path().startsWith("/v1/")) {
      return null;
    }
    Status.Code code =
        switch (http.code()) {
          case 400 -> Status.Code.INVALID_ARGUMENT;
          case 404, 405 -> Status.Code.UNIMPLEMENTED;
          case 413 -> Status.Code.RESOURCE_EXHAUSTED;
          case 503 -> Status.Code.UNAVAILABLE;
          default -> Status.Code.INTERNAL;
        };
    String message = cause == null || code == Status.Code.INTERNAL ? description : root(cause);
    return AggregatedHttpResponse.of(
        http, MediaType.JSON_UTF_8, body(code, message == null ? http.reasonPhrase() : message));
  }

  private static @Nullable String root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }

  private static String body(Status.Code code, String message) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("code", code.value());
    body.put("status", code.name());
    body.put("message", message);
    return JSON.writeValueAsString(body);
  }

  /** grpc-message is percent-encoded (gRPC over HTTP/2, "Responses"). */
  private static String decoded(@Nullable String message) {
    if (message == null) {
      return "";
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] encoded = message.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < encoded.length; i++) {
      int high = i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
      int low = i + 2 < encoded.length ? Character.digit(encoded[i + 2], 16) : -1;
      if (encoded[i] == '%' && high >= 0 && low >= 0) {
        bytes.write(high << 4 | low);
        i += 2;
      } else {
        bytes.write(encoded[i]);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
