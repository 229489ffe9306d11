package dev.hostler.agent.identity;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.tls.TlsIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keeps the identity in a directory that only root can enter. Each identity is a directory of its
 * own, written and flushed as a whole; {@code current}, a symbolic link that is replaced by a
 * rename, names the one that counts, so that a crash leaves the old one or the new one.
 */
public final class IdentityStore {
  private static final String CURRENT = "current";
  private static final String KEY = "host.key";
  private static final String CERTIFICATE = "host.crt";
  private static final String ROOTS = "ca.crt";
  private static final String HOST_ID = "host-id";
  private static final String CONTROLLER = "controller";

  /** A key that no certificate was issued for yet. */
  private static final String PENDING = "pending";

  private static final String PUBLIC = "public.der";

  private final Path directory;

  /** A store in this directory, which is made with the first identity. */
  public IdentityStore(Path directory) {
    this.directory = directory;
  }

  /** Where the identity that counts is. */
  public Path current() {
    return directory.resolve(CURRENT);
  }

  /**
   * Reads the identity; empty if this host has none yet.
   *
   * @throws IOException if it cannot be read, or is damaged
   */
  public Optional<Identity> read() throws IOException {
    Path from = current();
    if (!Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Identity(
              Files.readString(from.resolve(HOST_ID)).strip(),
              new TlsIdentity(
                  key(Files.readString(from.resolve(KEY))),
                  Pem.certificates(from.resolve(CERTIFICATE))),
              Pem.certificates(from.resolve(ROOTS)),
              Files.readString(from.resolve(CONTROLLER)).strip()));
    } catch (SigningException | GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          "the identity of this host is damaged (" + e.getMessage() + "): enrol again with --force",
          e);
    }
  }

  /**
   * The key, which is always one of {@link Enrolment}'s own: EC, PKCS#8. Not through Bouncy Castle,
   * whose first use costs a small daemon several megabytes.
   */
  private static PrivateKey key(String pem) throws GeneralSecurityException {
    String base64 =
        pem.replace("-----BEGIN PRIVATE KEY-----", "")
            .replace("-----END PRIVATE KEY-----", "")
            .replaceAll("\\s", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }

  /**
   * The key that this host enrols with: made once, and kept until the enrolment has succeeded, so
   * that an operator can be told its fingerprint beforehand and a wait for approval survives.
   *
   * @throws IOException if it cannot be read or written
   */
  public KeyPair enrolmentKey() throws IOException {
    Path pending = directory.resolve(PENDING);
    try {
      if (!Files.isDirectory(pending)) {
        makePending(pending);
      }
      return new KeyPair(
          KeyFactory.getInstance("EC")
              .generatePublic(new X509EncodedKeySpec(Files.readAllBytes(pending.resolve(PUBLIC)))),
          key(Files.readString(pending.resolve(KEY))));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          "the key in " + pending + " is damaged (" + e.getMessage() + "): remove the folder", e);
    }
  }

  private void makePending(Path pending) throws IOException {
    makeDirectory();
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    Path fresh = directory.resolve(PENDING + ".new");
    remove(fresh);
    Files.createDirectory(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Pem.writeNewKey(fresh.resolve(KEY), pair.getPrivate());
    write(fresh.resolve(PUBLIC), pair.getPublic().getEncoded());
    sync(fresh);
    Files.move(fresh, pending, StandardCopyOption.ATOMIC_MOVE);
    sync(directory);
  }

  private void makeDirectory() throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /**
   * Makes an identity the one that counts, durably and at once, and removes the others.
   *
   * @throws IOException if it could not be written: then the old one still counts
   */
  public void write(Identity identity) throws IOException {
    makeDirectory();
    String name = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path fresh =
        Files.createDirectory(
            directory.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Pem.writeNewKey(fresh.resolve(KEY), identity.tls().key());
    write(fresh.resolve(CERTIFICATE), Pem.encode(identity.tls().chain()));
    write(fresh.resolve(ROOTS), Pem.encode(identity.roots()));
    write(fresh.resolve(HOST_ID), identity.hostId() + "\n");
    write(fresh.resolve(CONTROLLER), identity.controller() + "\n");
    sync(fresh);
    Path link = directory.resolve(name + ".link");
    Files.createSymbolicLink(link, Path.of(name));
    Files.move(link, current(), StandardCopyOption.ATOMIC_MOVE);
    sync(directory);
    removeAllBut(name);
    remove(directory.resolve(PENDING));
  }

  private static void remove(Path folder) throws IOException {
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private void removeAllBut(String name) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "*[0-9a-f]")) {
      for (Path one : all) {
        if (!one.endsWith(name)) {
          remove(one);
        }
      }
    }
  }

  private static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void write(Path file, byte[] content) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder)) {
      channel.force(true);
    }
  }
}
