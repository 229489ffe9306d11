package dev.hostler.cli.connect;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Table;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** What a failed call means for the person at the command line. */
public final class CallErrors {
  private CallErrors() {}

  /** The failure to end with. */
  public static CliFailure failure(Context context, StatusRuntimeException e) {
    Status status = e.getStatus();
    String said = description(status);
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, OUT_OF_RANGE ->
          CliFailure.usage(said);
      case UNAUTHENTICATED, PERMISSION_DENIED ->
          refused("the controller refuses (" + context.cert() + "): " + said);
      case UNIMPLEMENTED ->
          refused("the controller at " + context.address() + " does not know this call: " + said);
      case UNAVAILABLE, DEADLINE_EXCEEDED -> refused(unreachable(context, status, said));
      default ->
          refused(
              "the controller at "
                  + context.address()
                  + " failed ("
                  + status.getCode().name().toLowerCase(Locale.ROOT)
                  + "): "
                  + said);
    };
  }

  /** Whether the same call may work a little later, as when a controller is restarted. */
  public static boolean passing(StatusRuntimeException e) {
    return switch (e.getStatus().getCode()) {
      case UNAVAILABLE -> tls(e.getStatus().getCause()) == null;
      case DEADLINE_EXCEEDED, ABORTED, RESOURCE_EXHAUSTED, CANCELLED, INTERNAL, UNKNOWN -> true;
      default -> false;
    };
  }

  /** Whether the call certainly never reached the controller. */
  public static boolean neverSent(StatusRuntimeException e) {
    Throwable cause = e.getStatus().getCause();
    return find(cause, ConnectException.class) != null
        || find(cause, UnknownHostException.class) != null
        || find(cause, SSLHandshakeException.class) != null;
  }

  private static CliFailure refused(String message) {
    return new CliFailure(ExitCode.CONTROLLER, message);
  }

  private static String description(Status status) {
    String text = status.getDescription();
    if (text == null || text.isBlank()) {
      text = status.getCode().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
    // Several lines are wanted: a selector's error points at the column.
    StringBuilder clean = new StringBuilder();
    for (String line : text.split("\n", -1)) {
      clean.append(clean.isEmpty() ? "" : "\n").append(Table.printable(line));
    }
    return clean.toString();
  }

  private static String unreachable(Context context, Status status, String said) {
    String prefix = "cannot reach the controller at " + context.address();
    String tls = tls(status.getCause());
    if (tls != null) {
      return prefix + ": " + tls;
    }
    if (find(status.getCause(), UnknownHostException.class) != null) {
      return prefix + ": its name cannot be resolved; check the address";
    }
    Throwable last = status.getCause();
    while (last != null && last.getCause() != null) {
      last = last.getCause();
    }
    String reason =
        status.getCode() == Status.Code.DEADLINE_EXCEEDED
            ? "no answer in time"
            : last == null || last.getMessage() == null ? said : last.getMessage();
    return prefix + ": " + reason + "; is it running, and is the address right?";
  }

  /** What is wrong with TLS for good; null if nothing is. */
  private static @Nullable String tls(@Nullable Throwable cause) {
    SSLException ssl = find(cause, SSLException.class);
    if (ssl == null) {
      return null;
    }
    if (find(cause, CertPathValidatorException.class) != null
        || find(cause, CertificateException.class) != null) {
      Throwable deepest = ssl;
      while (deepest.getCause() != null) {
        deepest = deepest.getCause();
      }
      return "its certificate is not accepted: "
          + deepest.getMessage()
          + "; is `ca` the root of this controller's fleet, and the address one of the"
          + " certificate's names?";
    }
    String message = String.valueOf(ssl.getMessage());
    if (message.contains("fatal alert")) {
      return "it does not accept the operator certificate ("
          + message
          + "); has it expired, and is it of this fleet?";
    }
    if (message.contains("not an SSL/TLS record")) {
      return "what answers there does not speak TLS";
    }
    return ssl instanceof SSLHandshakeException && !message.contains("closed") ? message : null;
  }

  private static <T extends Throwable> @Nullable T find(@Nullable Throwable cause, Class<T> type) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return type.cast(t);
      }
    }
    return null;
  }
}
