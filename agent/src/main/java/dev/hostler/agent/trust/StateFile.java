package dev.hostler.agent.trust;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A file that holds a list of byte strings and is only ever replaced as a whole: whenever the power
 * is cut, what is read next is all of the old or all of the new. Not thread-safe.
 */
final class StateFile {
  /** Where a replacement may be cut off; for tests. */
  enum Step {
    /** Nothing was done. */
    BEGUN,
    /** The new file exists and is empty. */
    CREATED,
    /** Half of its bytes are written. */
    HALF_WRITTEN,
    /** All of its bytes are written, but not durable. */
    WRITTEN,
    /** The new file is durable, under another name. */
    SYNCED,
    /** It has its name; the directory is not durable. */
    RENAMED
  }

  /** Called at each step; does nothing outside of tests. */
  interface Steps {
    void at(Step step) throws IOException;
  }

  private static final byte[] MAGIC = {'H', 'S', 'T', 'T', 'R', 'S', 'T', '1'};
  private static final int MOST_PARTS = 1 << 16;
  private static final int MOST_BYTES = 64 << 20;

  private final Path file;
  private final Steps steps;

  StateFile(Path file) {
    this(file, _ -> {});
  }

  StateFile(Path file, Steps steps) {
    this.file = file;
    this.steps = steps;
  }

  /**
   * The parts; empty if there is no file.
   *
   * @throws IOException if it cannot be read, or is damaged; to go on as if it had never been would
   *     mean to go back
   */
  List<byte[]> read() throws IOException {
    byte[] bytes;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw damaged("it is too large");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException _) {
      return List.of();
    }
    int body = bytes.length - Integer.BYTES;
    if (body < MAGIC.length || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw damaged("it is no such file");
    }
    if (ByteBuffer.wrap(bytes).getInt(body) != checksum(bytes, body)) {
      throw damaged("its checksum is wrong");
    }
    List<byte[]> parts = new ArrayList<>();
    try (var in =
        new DataInputStream(
            new java.io.ByteArrayInputStream(bytes, MAGIC.length, body - MAGIC.length))) {
      int count = in.readInt();
      if (count < 0 || count > MOST_PARTS) {
        throw damaged("it has " + count + " parts");
      }
      for (int i = 0; i < count; i++) {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
          throw damaged("a part has " + length + " bytes");
        }
        parts.add(in.readNBytes(length));
      }
    }
    return parts;
  }

  private IOException damaged(String how) {
    return new IOException(
        file
            + " is damaged: "
            + how
            + ". Remove it to begin anew; until newer information comes, what was revoked or"
            + " replaced before is not known then");
  }

  /**
   * Replaces the parts, durably.
   *
   * @throws IOException if it failed; then the old or the new are there
   */
  void write(List<byte[]> parts) throws IOException {
    byte[] bytes = encode(parts);
    Path next = file.resolveSibling(file.getFileName() + ".new");
    steps.at(Step.BEGUN);
    Files.deleteIfExists(next);
    try (FileChannel out =
        FileChannel.open(
            next,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      steps.at(Step.CREATED);
      fill(out, ByteBuffer.wrap(bytes, 0, bytes.length / 2));
      steps.at(Step.HALF_WRITTEN);
      fill(out, ByteBuffer.wrap(bytes, bytes.length / 2, bytes.length - bytes.length / 2));
      steps.at(Step.WRITTEN);
      out.force(true);
    }
    steps.at(Step.SYNCED);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    steps.at(Step.RENAMED);
    try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent())) {
      folder.force(true);
    }
  }

  private static void fill(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static byte[] encode(List<byte[]> parts) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.write(MAGIC);
      out.writeInt(parts.size());
      for (byte[] part : parts) {
        out.writeInt(part.length);
        out.write(part);
      }
      byte[] body = bytes.toByteArray();
      out.writeInt(checksum(body, body.length));
    }
    return bytes.toByteArray();
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
