package dev.hostler.agent.network;

import dev.hostler.common.config.AddressRange;
import dev.hostler.trust.bundle.Peer;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whom a program wants to connect to.
 *
 * @param name as declared names are written; empty if it gave an address
 * @param address null if it gave a name
 * @param port 0 to 65535
 */
record Target(String name, @Nullable InetAddress address, int port) {

  /** By address, as a program gave it. */
  static Target of(InetAddress address, int port) {
    return new Target("", address, port);
  }

  /**
   * By name, or by an address in text.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static Target of(String host, int port) {
    String name = host.toLowerCase(Locale.ROOT);
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    if (Peer.isName(name)) {
      return new Target(name, null, port);
    }
    AddressRange range = AddressRange.parse(host);
    if (!range.isSingle() || host.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not a host");
    }
    return of(range.network(), port);
  }

  /** For people. */
  @Override
  public String toString() {
    if (address == null) {
      return name + ":" + port;
    }
    String text = address.getHostAddress();
    return (text.indexOf(':') < 0 ? text : "[" + text + "]") + ":" + port;
  }
}
