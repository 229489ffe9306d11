package dev.hostler.controller.trust;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * By which names a controller is reached.
 *
 * @param dns host names
 * @param ips IP addresses in text form
 */
public record ServerNames(Set<String> dns, Set<String> ips) {
  private static final Pattern DNS =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
  private static final Pattern IP = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  public ServerNames {
    dns = Set.copyOf(dns);
    ips = Set.copyOf(ips);
  }

  /** Those names, localhost and what this machine calls itself. */
  public static ServerNames with(Collection<String> names) {
    Set<String> dns = new LinkedHashSet<>(Set.of("localhost"));
    Set<String> ips = new LinkedHashSet<>(Set.of("127.0.0.1", "::1"));
    for (String name : names) {
      add(name, dns, ips);
    }
    try {
      InetAddress self = InetAddress.getLocalHost();
      add(self.getHostName(), dns, ips);
      add(self.getHostAddress(), dns, ips);
    } catch (UnknownHostException _) {
      // a machine whose own name does not resolve is reached by the configured ones
    }
    return new ServerNames(dns, ips);
  }

  private static void add(String name, Set<String> dns, Set<String> ips) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (IP.matcher(lower).matches()) {
      ips.add(lower);
    } else if (DNS.matcher(lower).matches()) {
      dns.add(lower);
    }
  }
}
