package dev.hostler.common.signing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the few kinds of DER values (X.690) that a certificate request is made of. */
final class Der {
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OID = 0x06;
  private static final int UTF8_STRING = 0x0c;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int CONTEXT = 0xa0;

  private Der() {}

  static byte[] sequence(byte[]... parts) {
    return value(SEQUENCE, parts);
  }

  static byte[] set(byte[] part) {
    return value(SET, part);
  }

  /** A number of 0 to 127. */
  static byte[] integer(int number) {
    return value(INTEGER, new byte[] {(byte) number});
  }

  /** An object identifier by its encoded content. */
  static byte[] oid(int... content) {
    byte[] bytes = new byte[content.length];
    for (int i = 0; i < content.length; i++) {
      bytes[i] = (byte) content[i];
    }
    return value(OID, bytes);
  }

  static byte[] utf8(String text) {
    return value(UTF8_STRING, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] nothing() {
    return new byte[] {0x05, 0};
  }

  /** Whole octets only. */
  static byte[] bits(byte[] octets) {
    return value(BIT_STRING, new byte[] {0}, octets);
  }

  static byte[] emptyContext(int number) {
    return value(CONTEXT | number);
  }

  private static byte[] value(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      int octets = (39 - Integer.numberOfLeadingZeros(length)) / 8;
      out.write(0x80 | octets);
      for (int i = octets - 1; i >= 0; i--) {
        out.write(length >> (8 * i));
      }
    }
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
