package dev.hostler.agent.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of the keys: a file for each, by its name, with the time when it was made and the key,
 * wrapped for this host. Whole or not there, and durable.
 */
final class KeyFolder {
  private static final Logger log = LoggerFactory.getLogger(KeyFolder.class);
  private static final String BESIDE = ".new";
  private static final String PURPOSE = "vault ";

  private final Path folder;
  private final HostWrap wrap;

  KeyFolder(Path folder, HostWrap wrap) {
    this.folder = folder;
    this.wrap = wrap;
  }

  /** Those that this host can use, newest first. */
  List<VaultKey> read() throws IOException {
    List<VaultKey> keys = new ArrayList<>();
    for (Path file : files()) {
      try {
        keys.add(read(file));
      } catch (IOException e) {
        log.error(
            "what is encrypted with key {} cannot be read any more: {}",
            file.getFileName(),
            e.getMessage());
      }
    }
    keys.sort(Comparator.comparing(VaultKey::made).reversed().thenComparing(VaultKey::name));
    return keys;
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return files;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (file.toString().endsWith(BESIDE)) {
          Files.delete(file); // nothing was encrypted with it yet
        } else {
          files.add(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return files;
  }

  private VaultKey read(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
    try {
      byte[] secret = wrap.unwrap(Base64.getDecoder().decode(lines.get(1)), PURPOSE + name);
      return new VaultKey(name, secret, Instant.parse(lines.get(0)));
    } catch (DateTimeException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException(file + " is damaged", e);
    }
  }

  /** Keeps one, before anything is encrypted with it. */
  void add(VaultKey key) throws IOException {
    var rootOnly = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(rootOnly));
    String text =
        key.made()
            + "\n"
            + Base64.getEncoder().encodeToString(wrap.wrap(key.secret(), PURPOSE + key.name()))
            + "\n";
    Path beside = folder.resolve(key.name() + BESIDE);
    try (FileChannel channel =
        FileChannel.open(
            beside,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(beside, folder.resolve(key.name()), StandardCopyOption.ATOMIC_MOVE);
    for (Path one : List.of(folder, folder.resolveSibling("."))) {
      try (FileChannel directory = FileChannel.open(one)) {
        directory.force(true);
      }
    }
  }

  /** Names of all, also of those that this host cannot use. */
  List<String> names() throws IOException {
    return files().stream().map(file -> String.valueOf(file.getFileName())).toList();
  }

  void remove(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name));
  }
}
