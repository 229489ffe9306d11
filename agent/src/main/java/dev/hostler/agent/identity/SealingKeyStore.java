package dev.hostler.agent.identity;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.X509EncodedKeySpec;
import java.util.Objects;

/**
 * Keeps the sealing key in a folder that only root can enter, written as a whole: private key (mode
 * 0600), public key, and the id of the host whose it is. A host that enrols anew, under another id,
 * gets another key.
 */
final class SealingKeyStore {
  private static final String KEY = "sealing.key";
  private static final String PUBLIC = "public.der";
  private static final String HOST_ID = "host-id";

  private final Path directory;

  SealingKeyStore(Path directory) {
    this.directory = directory;
  }

  /**
   * The key of this host, made if there is none.
   *
   * @throws IOException if it cannot be read or written, or is damaged
   */
  KeyPair open(String hostId) throws IOException {
    try {
      if (!isOf(hostId)) {
        make(hostId);
      }
      return new KeyPair(
          KeyFactory.getInstance("EC")
              .generatePublic(
                  new X509EncodedKeySpec(Files.readAllBytes(directory.resolve(PUBLIC)))),
          Pem.privateKey(directory.resolve(KEY)));
    } catch (GeneralSecurityException | SigningException e) {
      throw new IOException(
          "the sealing key in "
              + directory
              + " is damaged ("
              + e.getMessage()
              + "): remove the folder and start again; operators will be asked to trust the new key",
          e);
    }
  }

  private boolean isOf(String hostId) throws IOException {
    return Files.isRegularFile(directory.resolve(HOST_ID), LinkOption.NOFOLLOW_LINKS)
        && Files.readString(directory.resolve(HOST_ID)).strip().equals(hostId);
  }

  private void make(String hostId) throws IOException {
    var rootOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Path parent = Objects.requireNonNull(directory.toAbsolutePath().getParent(), "a folder in /");
    Files.createDirectories(parent, rootOnly);
    Path fresh = directory.resolveSibling(directory.getFileName() + ".new");
    remove(fresh);
    Files.createDirectory(fresh, rootOnly);
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    Pem.writeNewKey(fresh.resolve(KEY), pair.getPrivate());
    write(fresh.resolve(PUBLIC), pair.getPublic().getEncoded());
    write(fresh.resolve(HOST_ID), (hostId + "\n").getBytes(StandardCharsets.UTF_8));
    sync(fresh);
    remove(directory); // of another id
    Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
    sync(parent);
  }

  private static void remove(Path folder) throws IOException {
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      // What names it goes first: half a folder is never taken for a whole one.
      Files.deleteIfExists(folder.resolve(HOST_ID));
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.write(file, content, StandardOpenOption.CREATE_NEW);
    sync(file);
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      channel.force(true);
    }
  }
}
