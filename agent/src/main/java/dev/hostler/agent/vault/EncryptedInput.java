package dev.hostler.agent.vault;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads what was encrypted in a file, from a place in it to its end. Not thread-safe. */
final class EncryptedInput extends InputStream {
  private final FileChannel file;
  private final FileCipher cipher;
  private final long size;
  private long at;
  private byte[] plain = {};
  private int used;

  /**
   * @param file closed with this
   * @param from where the first chunk is
   */
  EncryptedInput(FileChannel file, FileCipher cipher, long from) throws IOException {
    this.file = file;
    this.cipher = cipher;
    this.at = from;
    this.size = file.size();
    next(); // also what holds nothing has a chunk, which says so
  }

  private void next() throws IOException {
    int length = (int) Math.min(size - at, FileCipher.CHUNK + FileCipher.MORE);
    if (length < FileCipher.MORE) {
      throw new EOFException("it is cut short");
    }
    plain = cipher.decrypt(chunk(file, at, length), at, at + length == size);
    at += length;
    used = 0;
  }

  static byte[] chunk(FileChannel file, long at, int length) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(length);
    while (chunk.hasRemaining()) {
      if (file.read(chunk, at + chunk.position()) < 0) {
        throw new EOFException("it is cut short");
      }
    }
    return chunk.array();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (used == plain.length) {
      if (at == size) {
        return -1;
      }
      next();
    }
    int some = Math.min(length, plain.length - used);
    System.arraycopy(plain, used, to, offset, some);
    used += some;
    return some;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
