package dev.hostler.agent.network;

import java.nio.channels.SocketChannel;

/** What came of a wish to connect. */
sealed interface Reach {

  /**
   * There is a connection.
   *
   * @param channel to the peer, blocking
   * @param count where its bytes are counted
   */
  record Connected(SocketChannel channel, Tally.Connection count) implements Reach {}

  /**
   * There is none.
   *
   * @param why in general
   * @param text for people
   */
  record Failed(Why why, String text) implements Reach {}

  /** Reasons, with what SOCKS5 (RFC 1928) and HTTP (RFC 9110) call them. */
  enum Why {
    /** It is not permitted. */
    DENIED(2, "403 Forbidden"),
    /** The attempt has as many connections as it may have, or the host as many as it can. */
    BUSY(1, "503 Service Unavailable"),
    /** The name has no address. */
    UNKNOWN(4, "502 Bad Gateway"),
    /** The peer refuses. */
    REFUSED(5, "502 Bad Gateway"),
    /** The peer cannot be reached. */
    UNREACHABLE(4, "502 Bad Gateway"),
    /** The peer does not answer. */
    SILENT(4, "504 Gateway Timeout");

    private final int socks;
    private final String http;

    Why(int socks, String http) {
      this.socks = socks;
      this.http = http;
    }

    int socks() {
      return socks;
    }

    String http() {
      return http;
    }
  }
}
