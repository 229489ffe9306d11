package dev.hostler.trust.bundle;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Something of a host that is not a file and can be brought back: written "KIND:NAME", or only
 * "nftables".
 *
 * @param kind what it is
 * @param name which one; empty where there is only one
 */
public record StateEntry(Kind kind, String name) {

  /** What can be kept besides files. */
  public enum Kind {
    /** A systemd unit: enabled or not, active or not. */
    SYSTEMD("[A-Za-z0-9:_.@-]{1,200}\\.(service|socket|timer|path|target|mount)"),
    /** A kernel parameter below /proc/sys, with '.' or '/' between the parts (sysctl(8)). */
    SYSCTL("[a-z0-9_-]+([./][A-Za-z0-9_.@:*-]*[A-Za-z0-9_-])+"),
    /** The installed version of a package of the host's package manager (dpkg or rpm). */
    PACKAGE("[A-Za-z0-9][A-Za-z0-9+._-]{0,127}(:[a-z0-9]{1,16})?"),
    /** All nftables rules of the host. */
    NFTABLES("");

    private final Pattern names;

    Kind(String names) {
      this.names = Pattern.compile(names);
    }

    /** As written. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is none; the message says how it is written
   */
  public static StateEntry parse(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    String name = colon < 0 ? "" : text.substring(colon + 1);
    for (Kind one : Kind.values()) {
      if (one.text().equals(kind)
          && one.names.matcher(name).matches()
          && !List.of(name.split("[./]", -1)).contains("..")
          && (colon >= 0) == !name.isEmpty()) {
        return new StateEntry(one, name);
      }
    }
    throw new IllegalArgumentException(
        "'%s' is none of systemd:UNIT (with its suffix, as in systemd:ssh.service), sysctl:NAME, package:NAME, nftables"
            .formatted(text));
  }

  /** As written. */
  @Override
  public String toString() {
    return name.isEmpty() ? kind.text() : kind.text() + ":" + name;
  }
}
