package dev.hostler.agent.network;

import dev.hostler.common.config.AddressRange;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Addresses that lead to the host itself, to whatever looks after it (cloud metadata), to many at
 * once, or by way of a translator to any of these. No name and no wide range gives them: who means
 * one has to declare it. After RFC 6890 and the IANA registries of special-purpose addresses.
 */
final class SpecialAddresses {
  private static final List<AddressRange> RANGES =
      Stream.of(
              "0.0.0.0/8",
              "127.0.0.0/8",
              "169.254.0.0/16",
              "224.0.0.0/3",
              "::/96",
              "64:ff9b::/96",
              "64:ff9b:1::/48",
              "2001::/32",
              "2002::/16",
              "fd00:ec2::/32",
              "fe80::/10",
              "fec0::/10",
              "ff00::/8")
          .map(AddressRange::parse)
          .toList();

  private SpecialAddresses() {}

  /** The range of special addresses that it is in, if it is in one. */
  static Optional<AddressRange> of(InetAddress address) {
    return RANGES.stream().filter(range -> range.contains(address)).findFirst();
  }

  /** Does this declaration give that address, given that it covers it? */
  static boolean gives(AddressRange declared, InetAddress address) {
    Optional<AddressRange> special = of(address);
    return special.isPresent()
        ? special.get().covers(declared)
        : declared.isSingle() || !isOwn(address);
  }

  /** Is it an address of this host? */
  static boolean isOwn(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException _) {
      return true; // rather too much than the host itself
    }
  }
}
