package dev.hostler.lab.power;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Every write to a disk, in order, in the format of Linux' dm-log-writes
 * (drivers/md/dm-log-writes.c), which QEMU's blklogwrites writes, too: a sector with a head, then
 * for each entry a sector that tells of it and its bytes.
 */
final class WriteLog implements AutoCloseable {
  private static final long MAGIC = 0x6a736677736872L;
  private static final int FLUSH = 1;
  private static final int FUA = 2;
  private static final int DISCARD = 4;

  private final FileChannel file;
  private final int sectorSize;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * A write or a flush.
   *
   * @param position on the disk, in bytes
   * @param length in bytes; 0: nothing is written
   * @param flush is everything before it on the medium when it ends?
   * @param durable is it on the medium itself when it ends?
   * @param at where its bytes are in the log
   */
  record Entry(long position, int length, boolean flush, boolean durable, long at) {}

  /**
   * Reads where everything is.
   *
   * @throws IOException if this is no such log, or one that was not ended
   */
  WriteLog(Path path) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.READ);
    ByteBuffer head = read(0, 512);
    if (head.getLong(0) != MAGIC || head.getLong(8) != 1) {
      throw new IOException(path + " is no log of writes");
    }
    long count = head.getLong(16);
    sectorSize = head.getInt(24);
    long at = sectorSize;
    for (long i = 0; i < count; i++) {
      ByteBuffer entry = read(at, 32);
      at += sectorSize;
      long flags = entry.getLong(16);
      boolean discard = (flags & DISCARD) != 0;
      int length = discard ? 0 : Math.toIntExact(entry.getLong(8) * sectorSize);
      entries.add(
          new Entry(
              entry.getLong(0) * sectorSize, length, (flags & FLUSH) != 0, (flags & FUA) != 0, at));
      at += length;
    }
  }

  List<Entry> entries() {
    return Collections.unmodifiableList(entries);
  }

  /** The bytes of an entry. */
  ByteBuffer bytes(Entry entry) throws IOException {
    return read(entry.at(), entry.length());
  }

  private ByteBuffer read(long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, at + bytes.position()) < 0) {
        throw new IOException("the log of writes ends in the middle");
      }
    }
    return bytes.flip();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
