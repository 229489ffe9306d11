package dev.hostler.agent.vault;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Encrypts what is written; what is written last goes out when it is closed. Not thread-safe. */
final class EncryptedOutput extends OutputStream {
  private final OutputStream out;
  private final FileCipher cipher;
  private final byte[] plain = new byte[FileCipher.CHUNK];
  private long at;
  private int used;
  private boolean closed;

  /**
   * @param out at the beginning of its file; flushed, but not closed with this
   */
  EncryptedOutput(OutputStream out, FileCipher cipher) throws IOException {
    this.out = out;
    this.cipher = cipher;
    out.write(cipher.line().getBytes(StandardCharsets.US_ASCII));
    at = FileCipher.LINE;
  }

  private void put(boolean last) throws IOException {
    byte[] chunk = cipher.encrypt(plain, used, at, last);
    out.write(chunk);
    at += chunk.length;
    used = 0;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      if (used == plain.length) {
        put(false);
      }
      int some = Math.min(length - done, plain.length - used);
      System.arraycopy(from, offset + done, plain, used, some);
      used += some;
      done += some;
    }
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      put(true);
      out.flush();
    }
  }
}
