package dev.hostler.controller.enroll;

import dev.hostler.controller.failure.RequestException;
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
   * @throws RequestException INVALID, naming the field
   */
  public static AddressRange parse(String field, String text) {
    int slash = text.indexOf('/');
    try {
      InetAddress network = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
      int bits = network.getAddress().length * 8;
      int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
      if (prefix < 0 || prefix > bits) {
        throw RequestException.invalid(field, text, "the prefix is 0 to " + bits);
      }
      AddressRange range = new AddressRange(network, prefix);
      if (range.low(network).signum() != 0) {
        throw RequestException.invalid(
            field, text, "bits after the prefix are set; give the first address of the range");
      }
      return range;
    } catch (IllegalArgumentException e) {
      throw RequestException.invalid(
          field, text, "write an address or a range, like 10.1.0.0/16 or 2001:db8::/32");
    }
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
