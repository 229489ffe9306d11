package dev.hostler.agent.network;

import dev.hostler.common.config.HostPort;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The proxy's side of HTTP CONNECT (RFC 9110, 9.3.6). */
final class HttpConnect {
  private HttpConnect() {}

  /** Reads the request, answers it, and gives the connection; null: there is none. */
  static Reach.@Nullable Connected serve(Incoming in, Switchboard switchboard)
      throws IOException, InterruptedException {
    String[] request = in.line().split(" ", -1);
    while (!in.line().isEmpty()) {
      // No header matters here.
    }
    if (request.length != 3 || !request[2].startsWith("HTTP/1.")) {
      answer(in, "400 Bad Request", "", "this is no request of HTTP/1");
      return null;
    }
    if (!request[0].equals("CONNECT")) {
      answer(
          in,
          "405 Method Not Allowed",
          "Allow: CONNECT\r\n",
          "this proxy knows CONNECT and SOCKS5; connect without a proxy, or through CONNECT");
      return null;
    }
    Target target = target(request[1]);
    if (target == null) {
      switchboard.senseless(request[1] + ": not HOST:PORT");
      answer(in, "400 Bad Request", "", "CONNECT takes HOST:PORT");
      return null;
    }
    return switch (switchboard.reach(target)) {
      case Reach.Connected connected -> {
        in.write("HTTP/1.1 200 Connection established\r\n\r\n");
        yield connected;
      }
      case Reach.Failed(Reach.Why why, String text) -> {
        answer(in, why.http(), "", text);
        yield null;
      }
    };
  }

  private static @Nullable Target target(String authority) {
    try {
      return HostPort.parse(authority)
          .map(address -> Target.of(address.host(), address.port()))
          .orElse(null);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static void answer(Incoming in, String status, String header, String text)
      throws IOException {
    String body = "hostler: " + text + "\n";
    in.write(
        "HTTP/1.1 %s\r\n%sContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            .formatted(status, header, body.length(), body));
  }
}
