package dev.hostler.agent.network;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The proxy's side of SOCKS5 (RFC 1928): connections only, no authentication. */
final class Socks5 {
  static final int VERSION = 5;

  private static final int CONNECT = 1;
  private static final int BAD_COMMAND = 7;
  private static final int BAD_ADDRESS = 8;

  private Socks5() {}

  /** Reads the request, answers it, and gives the connection; null: there is none. */
  static Reach.@Nullable Connected serve(Incoming in, Switchboard switchboard)
      throws IOException, InterruptedException {
    in.next(); // the version
    byte[] methods = in.next(in.next());
    boolean open = new String(methods, StandardCharsets.ISO_8859_1).indexOf(0) >= 0;
    in.write(new byte[] {VERSION, (byte) (open ? 0 : 0xff)});
    if (!open) {
      return null;
    }
    in.next();
    int command = in.next();
    in.next();
    Target target = target(in, in.next());
    if (command != CONNECT || target == null) {
      switchboard.senseless("SOCKS command " + command + ": only CONNECT to a host is there");
      reply(in, command != CONNECT ? BAD_COMMAND : BAD_ADDRESS);
      return null;
    }
    return switch (switchboard.reach(target)) {
      case Reach.Connected connected -> {
        reply(in, 0);
        yield connected;
      }
      case Reach.Failed(Reach.Why why, _) -> {
        reply(in, why.socks());
        yield null;
      }
    };
  }

  private static @Nullable Target target(Incoming in, int kind) throws IOException {
    byte[] address =
        switch (kind) {
          case 1 -> in.next(4);
          case 3 -> in.next(in.next());
          case 4 -> in.next(16);
          default -> new byte[0];
        };
    int port = in.next() << 8 | in.next();
    try {
      return switch (kind) {
        case 1, 4 -> Target.of(InetAddress.getByAddress(address), port);
        case 3 -> Target.of(new String(address, StandardCharsets.ISO_8859_1), port);
        default -> null;
      };
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  /** Always with an IPv4 address of zeros: the forwarder counts on ten bytes. */
  private static void reply(Incoming in, int code) throws IOException {
    in.write(new byte[] {VERSION, (byte) code, 0, 1, 0, 0, 0, 0, 0, 0});
  }
}
