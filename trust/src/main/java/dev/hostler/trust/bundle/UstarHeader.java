package dev.hostler.trust.bundle;

import dev.hostler.trust.json.Problems;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Headers of ustar archives (POSIX.1-2017, pax, "ustar Interchange Format") in the one form that is
 * written: a regular file of root's at the epoch. A reader does not interpret a header, it compares
 * it with the only one that may stand there; so links, devices, odd modes, long-name tricks and the
 * like have nothing to act on.
 */
final class UstarHeader {
  static final int BLOCK = 512;

  private static final int NAME = 100;
  private static final int PREFIX = 155;

  private UstarHeader() {}

  /** Where to split a path into prefix and name, or null if it does not fit. */
  static byte @Nullable [][] split(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= NAME) {
      return new byte[][] {new byte[0], bytes};
    }
    for (int slash = bytes.length - NAME - 1; slash <= PREFIX && slash < bytes.length; slash++) {
      if (slash > 0 && bytes[slash] == '/') {
        return new byte[][] {
          Arrays.copyOf(bytes, slash), Arrays.copyOfRange(bytes, slash + 1, bytes.length)
        };
      }
    }
    return null;
  }

  /**
   * The header of a file.
   *
   * @param size at most 8 GiB - 1
   * @throws IllegalArgumentException if the path or the size does not fit
   */
  static byte[] file(String path, int mode, long size) {
    byte[][] parts = split(path);
    if (parts == null || size < 0 || size > ManifestRules.MAX_FILE_BYTES) {
      throw new IllegalArgumentException("does not fit into ustar: " + path + ", " + size);
    }
    byte[] header = new byte[BLOCK];
    System.arraycopy(parts[1], 0, header, 0, parts[1].length);
    octal(header, 100, 7, mode);
    octal(header, 108, 7, 0);
    octal(header, 116, 7, 0);
    octal(header, 124, 11, size);
    octal(header, 136, 11, 0);
    header[156] = '0';
    byte[] magic = "ustar\00000".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(magic, 0, header, 257, magic.length);
    octal(header, 329, 7, 0);
    octal(header, 337, 7, 0);
    System.arraycopy(parts[0], 0, header, 345, parts[0].length);
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    octal(header, 148, 6, sum);
    header[154] = 0;
    return header;
  }

  private static void octal(byte[] header, int offset, int digits, long value) {
    long rest = value;
    for (int i = offset + digits - 1; i >= offset; i--) {
      header[i] = (byte) ('0' + (rest & 7));
      rest >>= 3;
    }
  }

  /** The size field of any header; -1 if it is not octal. */
  static long size(byte[] header) {
    long size = 0;
    for (int i = 124; i < 135; i++) {
      if (header[i] < '0' || header[i] > '7') {
        return -1;
      }
      size = size * 8 + (header[i] - '0');
    }
    return size;
  }

  /** The path of any header. */
  static String path(byte[] header) {
    String prefix = text(header, 345, PREFIX);
    String name = text(header, 0, NAME);
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static String text(byte[] header, int offset, int length) {
    int end = offset;
    while (end < offset + length && header[end] != 0) {
      end++;
    }
    return new String(header, offset, end - offset, StandardCharsets.UTF_8);
  }

  /** What a header that is not the expected one is, for a message. */
  static String describe(byte[] header) {
    String shown = Problems.show(path(header));
    String target = Problems.show(text(header, 157, 100));
    String mode = text(header, 100, 8).strip();
    return switch (header[156]) {
      case '0', 0 -> "the file " + shown + " with mode " + mode + " and size " + size(header);
      case '1' -> "a hard link " + shown + " to " + target;
      case '2' -> "a symbolic link " + shown + " to " + target;
      case '3' -> "a character device " + shown;
      case '4' -> "a block device " + shown;
      case '5' -> "a directory entry " + shown;
      case '6' -> "a fifo " + shown;
      default -> "an entry of type " + Problems.show((char) (header[156] & 0xff)) + " " + shown;
    };
  }

  /** How many bytes fill the last block of a file. */
  static int padding(long size) {
    return (int) ((BLOCK - size % BLOCK) % BLOCK);
  }
}
