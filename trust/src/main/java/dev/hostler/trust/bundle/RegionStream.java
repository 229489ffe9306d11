package dev.hostler.trust.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Some bytes of a file, by positioned reads. Closing it leaves the file open. */
final class RegionStream extends InputStream {
  private final FileChannel file;
  private final long end;
  private long at;

  RegionStream(FileChannel file, long start, long length) {
    this.file = file;
    this.at = start;
    this.end = start + length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (at >= end) {
      return -1;
    }
    int count = file.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, end - at)), at);
    at += Math.max(count, 0);
    return count;
  }
}
