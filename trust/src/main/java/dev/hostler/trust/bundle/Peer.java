package dev.hostler.trust.bundle;

import dev.hostler.common.config.AddressRange;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whom a program may connect to by TCP: {@code repo.example.com:443}, {@code 192.0.2.7:443}, {@code
 * [2001:db8::7]:443}, {@code 10.1.0.0/16:5432}, {@code [2001:db8::/32]:443}; {@code 10.1.0.0/16}
 * alone stands for all ports, {@code :8000-8010} for several.
 */
public sealed interface Peer {
  /** One host by its name. What it resolves to is looked up on the host. */
  record Name(String name, Ports ports) implements Peer {
    @Override
    public String toString() {
      return name + ":" + ports;
    }
  }

  /** Hosts by address. */
  record Range(AddressRange addresses, Ports ports) implements Peer {
    @Override
    public String toString() {
      String text =
          addresses.isSingle()
              ? addresses.network().getHostAddress()
              : addresses.network().getHostAddress() + "/" + addresses.prefix();
      boolean v6 = text.indexOf(':') >= 0;
      return ports.equals(Ports.ALL) ? text : (v6 ? "[" + text + "]" : text) + ":" + ports;
    }

    /** Is it one of them? */
    public boolean covers(InetAddress address, int port) {
      return addresses.contains(address) && ports.contains(port);
    }
  }

  /**
   * Ports from one to another, both included.
   *
   * @param first 1 to 65535
   * @param last 1 to 65535, not below the first
   */
  record Ports(int first, int last) {
    /** Each. */
    public static final Ports ALL = new Ports(1, 65_535);

    /** Is it one of them? */
    public boolean contains(int port) {
      return port >= first && port <= last;
    }

    @Override
    public String toString() {
      return first == last ? Integer.toString(first) : first + "-" + last;
    }
  }

  /** The ports. */
  Ports ports();

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is none; the message says what would be right
   */
  static Peer parse(String text) {
    Matcher form = Form.PEER.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "write NAME:PORT, ADDRESS:PORT or a range like 10.1.0.0/16:443 or [2001:db8::/32]:443");
    }
    Optional<Ports> ports = Optional.ofNullable(form.group("ports")).map(Form::ports);
    String host = Optional.ofNullable(form.group("v6")).orElseGet(() -> form.group("host"));
    if (form.group("v6") == null && Form.isName(host)) {
      return new Name(
          host,
          ports.orElseThrow(
              () -> new IllegalArgumentException("say the port, for example " + host + ":443")));
    }
    return new Range(AddressRange.parse(host), ports.orElse(Ports.ALL));
  }

  /** Is it the name of a host, in the form in which peers have it? */
  static boolean isName(String text) {
    return Form.isName(text);
  }

  /** The forms of its parts. */
  final class Form {
    private static final Pattern PEER =
        Pattern.compile(
            "(?:\\[(?<v6>[0-9A-Fa-f:./]+)]|(?<host>[^\\[\\]:\\s]+|[0-9A-Fa-f:.]+/[0-9]+))"
                + "(?::(?<ports>[0-9-]+))?");
    private static final Pattern NAME =
        Pattern.compile(
            "(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");

    private Form() {}

    private static boolean isName(String text) {
      return text.length() <= 253 && NAME.matcher(text).matches();
    }

    private static Ports ports(String text) {
      Matcher form = PORTS.matcher(text);
      if (form.matches()) {
        int first = Integer.parseInt(form.group(1));
        int last = form.group(2) == null ? first : Integer.parseInt(form.group(2));
        if (first >= 1 && first <= last && last <= 65_535) {
          return new Ports(first, last);
        }
      }
      throw new IllegalArgumentException("a port is 1 to 65535, several are like 8000-8010");
    }
  }
}
