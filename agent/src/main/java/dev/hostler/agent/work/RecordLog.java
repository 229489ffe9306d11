package dev.hostler.agent.work;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only file of checksummed records that a crash, or a write torn at any byte, leaves
 * readable up to the last whole record. A record is its length and its checksum (32 bits each, big
 * endian) and its bytes; the checksum also covers a random number of the file and the record's
 * offset, so that bytes within a record are never taken for a record. Not thread-safe.
 */
final class RecordLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RecordLog.class);

  /** Largest record in bytes. */
  static final int MAX_RECORD = 8 << 20;

  private static final byte[] MAGIC = {'H', 'S', 'T', 'L', 'O', 'G', '1', '\n'};
  private static final int HEADER = MAGIC.length + Long.BYTES;
  private static final int FRAME = 2 * Integer.BYTES;

  private final Path file;
  private FileChannel channel;
  private long salt;
  private long end;

  /** Set once the file's state is not known, because a write could not be made durable. */
  private boolean broken;

  private RecordLog(Path file, FileChannel channel, long salt) {
    this.file = file;
    this.channel = channel;
    this.salt = salt;
  }

  /** What {@link #open} found. */
  record Opened(RecordLog log, List<byte[]> records) {}

  /**
   * Opens or makes the file and cuts off what a crash left half-written.
   *
   * @throws IOException if it cannot be read or written, or is no such file
   */
  static Opened open(Path file) throws IOException {
    if (Files.notExists(file)) {
      long salt = newSalt();
      RecordLog empty = new RecordLog(file, create(file, salt, List.of()), salt);
      empty.end = HEADER;
      return new Opened(empty, List.of());
    }
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < HEADER || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IOException(
          file + " is not a ledger of this program; move it away to start with an empty one");
    }
    long salt = ByteBuffer.wrap(bytes).getLong(MAGIC.length);
    List<byte[]> records = new ArrayList<>();
    int at = HEADER;
    int goodEnd = HEADER;
    boolean damaged = false;
    while (at < bytes.length) {
      int length = validLength(bytes, at, salt);
      if (length < 0) {
        at++; // torn or damaged here; a whole record may still follow
        continue;
      }
      damaged |= at != goodEnd;
      records.add(Arrays.copyOfRange(bytes, at + FRAME, at + FRAME + length));
      at += FRAME + length;
      goodEnd = at;
    }
    var result =
        new RecordLog(
            file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE), salt);
    result.end = goodEnd;
    if (damaged) {
      Path copy = file.resolveSibling(file.getFileName() + ".damaged");
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      log.error("{} was damaged in its middle; kept as {}", file, copy);
      result.rewrite(records);
    } else if (goodEnd < bytes.length) {
      log.info("cut off {} half-written bytes of {}", bytes.length - goodEnd, file);
      result.channel.truncate(goodEnd);
      result.channel.force(true);
    }
    return new Opened(result, records);
  }

  private static int validLength(byte[] bytes, int at, long salt) {
    int left = bytes.length - at - FRAME;
    if (left < 1) {
      return -1;
    }
    ByteBuffer frame = ByteBuffer.wrap(bytes, at, FRAME);
    int length = frame.getInt();
    if (length < 1 || length > MAX_RECORD || length > left) {
      return -1;
    }
    return checksum(salt, at, bytes, at + FRAME, length) == frame.getInt() ? length : -1;
  }

  private static int checksum(long salt, long offset, byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(20).putLong(salt).putLong(offset).putInt(length).flip());
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  private static long newSalt() {
    return new SecureRandom().nextLong();
  }

  private static ByteBuffer frame(long salt, long offset, byte[] record) {
    return ByteBuffer.allocate(FRAME + record.length)
        .putInt(record.length)
        .putInt(checksum(salt, offset, record, 0, record.length))
        .put(record)
        .flip();
  }

  /** Writes a whole new file beside, makes it durable, and puts it in place. */
  private static FileChannel create(Path file, long salt, List<byte[]> records) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(beside);
    Files.createFile(
        beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    FileChannel channel =
        FileChannel.open(beside, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      writeFully(channel, ByteBuffer.allocate(HEADER).put(MAGIC).putLong(salt).flip(), 0);
      long at = HEADER;
      for (byte[] record : records) {
        writeFully(channel, frame(salt, at, record), at);
        at += FRAME + record.length;
      }
      channel.force(true);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent())) {
        directory.force(true);
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer data, long at) throws IOException {
    long position = at;
    while (data.hasRemaining()) {
      position += channel.write(data, position);
    }
  }

  /**
   * Appends a record.
   *
   * @param durable return only once it is on stable storage, with all before it
   * @throws IOException if it was not written: the log is as before, unless {@link #broken}
   */
  void append(byte[] record, boolean durable) throws IOException {
    if (broken) {
      throw new IOException(file + " could not be written before and was not rewritten since");
    }
    if (record.length < 1 || record.length > MAX_RECORD) {
      throw new IOException("a record of " + record.length + " bytes does not fit the ledger");
    }
    try {
      writeFully(channel, frame(salt, end, record), end);
      if (durable) {
        channel.force(false);
      }
      end += FRAME + record.length;
    } catch (IOException e) {
      // After a failed fsync nobody knows what is on the disk: only a new file is certain.
      broken = true;
      throw e;
    }
  }

  /**
   * Replaces the content by these records, durably. Also mends a broken log.
   *
   * @throws IOException if that failed: the old file is still in place
   */
  void rewrite(List<byte[]> records) throws IOException {
    long newSalt = newSalt();
    FileChannel fresh = create(file, newSalt, records);
    channel.close();
    channel = fresh;
    salt = newSalt;
    end = fresh.size();
    broken = false;
  }

  /** Must {@link #rewrite} be called before the next append? */
  boolean broken() {
    return broken;
  }

  /** Size in bytes. */
  long size() {
    return end;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
