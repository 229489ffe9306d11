package dev.hostler.agent.bundle;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The outer archive of a bundle, to be put together anew from parts.
 *
 * @param rest the payload's entry and all after it
 */
public record OuterTar(byte[] manifest, byte[] signature, byte[] rest) {
  private static final int BLOCK = 512;
  private static final int SIZE = 124;
  private static final int CHECKSUM = 148;

  public static OuterTar read(byte[] bundle) {
    byte[] manifest = content(bundle, 0);
    int second = end(0, manifest.length);
    byte[] signature = content(bundle, second);
    int third = end(second, signature.length);
    return new OuterTar(manifest, signature, Arrays.copyOfRange(bundle, third, bundle.length));
  }

  private static byte[] content(byte[] tar, int at) {
    int size =
        Integer.parseInt(new String(tar, at + SIZE, 11, StandardCharsets.US_ASCII).strip(), 8);
    return Arrays.copyOfRange(tar, at + BLOCK, at + BLOCK + size);
  }

  private static int end(int at, int size) {
    return at + BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** As a file. */
  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    part(out, "manifest.json", manifest);
    part(out, "manifest.cms", signature);
    out.writeBytes(rest);
    return out.toByteArray();
  }

  /** A header like that of the payload, but for name and size. */
  private void part(ByteArrayOutputStream out, String name, byte[] content) {
    byte[] header = Arrays.copyOf(rest, BLOCK);
    Arrays.fill(header, 0, 100, (byte) 0);
    put(header, 0, name);
    put(header, SIZE, "%011o".formatted(content.length));
    put(header, CHECKSUM, " ".repeat(8));
    int sum = 0;
    for (byte one : header) {
      sum += one & 0xff;
    }
    put(header, CHECKSUM, "%06o\0 ".formatted(sum));
    out.writeBytes(header);
    out.writeBytes(Arrays.copyOf(content, (content.length + BLOCK - 1) / BLOCK * BLOCK));
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
