package dev.hostler.common.config;

import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A range of IP addresses, as in CIDR notation (RFC 4632, RFC 4291).
 *
 * @param network its first address
 * @param prefix how many leading bits count
 */
public record AddressRange(InetAddress network, int prefix) {

  /**
   * Reads "ADDRESS" or "ADDRESS/PREFIX", without asking any name server.
   *
   * @throws IllegalArgumentException if it is neither; the message says what would be right
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    InetAddress network = literal(slash < 0 ? text : text.substring(0, slash));
    int bits = network.getAddress().length * 8;
    String digits = slash < 0 ? Integer.toString(bits) : text.substring(slash + 1);
    int prefix = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : -1;
    if (prefix < 0 || prefix > bits) {
      throw new IllegalArgumentException("the prefix is 0 to " + bits);
    }
    AddressRange range = new AddressRange(network, prefix);
    if (range.low(network).signum() != 0) {
      throw new IllegalArgumentException(
          "bits after the prefix are set; give the first address of the range");
    }
    return range;
  }

  /** Only what has one meaning: no "10.1" and no zones. */
  private static InetAddress literal(String text) {
    if (text.matches("[0-9]+(\\.[0-9]+){3}") || text.matches("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
      try {
        return InetAddress.ofLiteral(text);
      } catch (IllegalArgumentException _) {
        // Told below.
      }
    }
    throw new IllegalArgumentException(
        "write an address or a range, like 10.1.0.0/16 or 2001:db8::/32");
  }

  /** Is all of the other range in it? */
  public boolean covers(AddressRange other) {
    return other.prefix >= prefix && contains(other.network);
  }

  /** Is it a single address? */
  public boolean isSingle() {
    return hostBits() == 0;
  }

  /** Is the address in it? */
  public boolean contains(InetAddress address) {
    return address.getAddress().length == network.getAddress().length
        && high(address).equals(high(network));
  }

  private BigInteger high(InetAddress address) {
    return new BigInteger(1, address.getAddress()).shiftRight(hostBits());
  }

  private BigInteger low(InetAddress address) {
    return new BigInteger(1, address.getAddress())
        .and(BigInteger.ONE.shiftLeft(hostBits()).subtract(BigInteger.ONE));
  }

  private int hostBits() {
    return network.getAddress().length * 8 - prefix;
  }

  @Override
  public String toString() {
    return network.getHostAddress() + "/" + prefix;
  }
}
