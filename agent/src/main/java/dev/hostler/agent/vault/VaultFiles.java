package dev.hostler.agent.vault;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/** Files that are encrypted with the keys of a vault, or not encrypted at all. Thread-safe. */
public final class VaultFiles {
  /** With what an encrypted manifest begins; lines that anybody can read follow. */
  private static final String SNAPSHOT = "hostler-snapshot 2\n";

  private static final int HEAD = 64 << 10;

  private final Vault vault;

  VaultFiles(Vault vault) {
    this.vault = vault;
  }

  /** The line before what is encrypted in a file, and where it begins. */
  private record Line(String text, int at) {}

  private static Optional<Line> line(FileChannel file) throws IOException {
    int length = (int) Math.min(file.size(), HEAD);
    String head = new String(EncryptedInput.chunk(file, 0, length), StandardCharsets.ISO_8859_1);
    int at = head.startsWith(SNAPSHOT) ? head.indexOf("\n" + FileCipher.MARK) + 1 : 0;
    return head.startsWith(FileCipher.MARK, at) && head.length() >= at + FileCipher.LINE
        ? Optional.of(new Line(head.substring(at, at + FileCipher.LINE), at))
        : Optional.empty();
  }

  /** The name of the key with which a file is encrypted, if it is. */
  public static Optional<String> keyOf(Path file) throws IOException {
    try (FileChannel channel = open(file)) {
      return line(channel).map(line -> FileCipher.keyName(line.text()));
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  private FileCipher cipher(FileChannel file, Line line, String what) throws IOException {
    String name = FileCipher.keyName(line.text());
    VaultKey key = vault.find(name);
    if (key == null) {
      throw new IOException(
          what + " is encrypted with key " + name + ", which this host does not have any more");
    }
    String before =
        new String(EncryptedInput.chunk(file, 0, line.at()), StandardCharsets.ISO_8859_1);
    return FileCipher.of(line.text(), key, what + before);
  }

  /**
   * Reads a file, encrypted or not.
   *
   * @param what which it is: "ID/NAME"
   * @throws IOException if it was changed, or its key is lost
   */
  public InputStream read(Path file, String what) throws IOException {
    FileChannel channel = open(file);
    try {
      Optional<Line> line = line(channel);
      if (line.isEmpty()) {
        return Channels.newInputStream(channel);
      }
      FileCipher cipher = cipher(channel, line.get(), what);
      return new EncryptedInput(channel, cipher, line.get().at() + FileCipher.LINE);
    } catch (IOException e) {
      channel.close();
      throw new IOException(what + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads what stands in a pack.
   *
   * @param what "packs/ID"
   * @param encrypted is it?
   * @throws IOException if it was changed, or its key is lost
   */
  public byte[] read(Path pack, String what, boolean encrypted, long offset, int length)
      throws IOException {
    try (FileChannel file = open(pack)) {
      if (!encrypted) {
        return EncryptedInput.chunk(file, offset, length);
      }
      Line line = line(file).orElseThrow(() -> new IOException("it is not encrypted"));
      FileCipher cipher = cipher(file, line, what);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(length);
      long at = offset;
      while (bytes.size() < length) {
        int some = Math.min(length - bytes.size(), FileCipher.CHUNK) + FileCipher.MORE;
        bytes.writeBytes(cipher.decrypt(EncryptedInput.chunk(file, at, some), at, false));
        at += some;
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new IOException(what + ": " + e.getMessage(), e);
    }
  }

  /**
   * Encrypts what is written, if it is to be. It is complete when this is closed; the file is not.
   *
   * @param what which it is: "ID/NAME"
   */
  public OutputStream write(OutputStream file, String what) throws IOException {
    VaultKey key = vault.current();
    return key == null ? new Open(file) : new EncryptedOutput(file, FileCipher.fresh(key, what));
  }

  /** Does not close the file. */
  private static final class Open extends FilterOutputStream {
    Open(OutputStream file) {
      super(file);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      out.write(from, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
