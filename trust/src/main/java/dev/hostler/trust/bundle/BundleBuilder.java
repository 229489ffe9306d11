package dev.hostler.trust.bundle;

import com.github.luben.zstd.ZstdOutputStream;
import dev.hostler.trust.bundle.Manifest.PayloadFile;
import dev.hostler.trust.json.Problems;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes an unsigned bundle file from a folder. The same files, names and executable bits give the
 * same manifest digest, whatever the order on disk, the times, the owners or the umask.
 */
public final class BundleBuilder {
  private static final int LEVEL = 9;

  private final Path folder;
  private final Problems problems = new Problems();

  private BundleBuilder(Path folder) {
    this.folder = folder;
  }

  /**
   * Builds a bundle.
   *
   * @param folder holds bundle.toml and the payload folder
   * @param target the bundle file; replaced if it exists, only when all went well
   * @return the manifest
   * @throws InvalidBundleException with every problem of bundle.toml and the payload
   * @throws IOException if something cannot be read or written, or changed meanwhile
   */
  public static Manifest build(Path folder, Path target)
      throws IOException, InvalidBundleException {
    return new BundleBuilder(folder).build(target);
  }

  private Manifest build(Path target) throws IOException, InvalidBundleException {
    BundleToml toml = BundleToml.parse(Files.readString(folder.resolve(BundleToml.FILE)));
    Path root = folder.resolve(toml.payloadFolder());
    if (!Files.isDirectory(root)) {
      problems.add(
          "payload", "there is no folder " + root, "make it, or name another one with payload =");
      throw new InvalidBundleException(folder.toString(), problems.list());
    }
    List<PayloadFile> payload = scan(root);
    if (!problems.isEmpty()) {
      throw new InvalidBundleException(root.toString(), problems.list());
    }
    Manifest manifest = toml.manifest(payload);
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("not a file to write to: " + target);
    }
    Path compressed = Files.createTempFile(parent, ".hostler-", ".payload");
    try {
      compress(root, manifest, compressed);
      BundleWriter.write(target, manifest.canonicalJson(), null, compressed);
    } finally {
      Files.deleteIfExists(compressed);
    }
    return manifest;
  }

  private List<PayloadFile> scan(Path root) throws IOException {
    List<PayloadFile> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        String name = root.relativize(path).toString();
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          checkNotEmpty(path, name);
        } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          files.add(describe(path, name));
        } else {
          problems.add(
              "payload " + Problems.show(name),
              "is not a regular file",
              "put a copy of the file there: links, fifos, sockets and devices are not packed");
        }
      }
    }
    files.sort(Comparator.comparing(PayloadFile::path, PayloadPaths.ORDER));
    return files;
  }

  private void checkNotEmpty(Path path, String name) throws IOException {
    try (Stream<Path> inside = Files.list(path)) {
      if (inside.findAny().isEmpty()) {
        problems.add(
            "payload " + Problems.show(name),
            "is an empty folder, which a bundle cannot hold",
            "put a file into it, or remove it");
      }
    }
  }

  private static PayloadFile describe(Path path, String name) throws IOException {
    MessageDigest sha256 = PayloadReader.sha256();
    long size;
    try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      size = in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
    }
    boolean executable =
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)
            .contains(PosixFilePermission.OWNER_EXECUTE);
    return new PayloadFile(name, executable, size, HexFormat.of().formatHex(sha256.digest()));
  }

  private static void compress(Path root, Manifest manifest, Path target) throws IOException {
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(target), 64 * 1024);
        ZstdOutputStream tar = new ZstdOutputStream(file, LEVEL).setChecksum(true)) {
      for (PayloadFile entry : manifest.payload()) {
        tar.write(UstarHeader.file(entry.path(), entry.mode(), entry.size()));
        MessageDigest sha256 = PayloadReader.sha256();
        long size;
        try (InputStream in =
            Files.newInputStream(root.resolve(entry.path()), LinkOption.NOFOLLOW_LINKS)) {
          size = in.transferTo(new DigestOutputStream(tar, sha256));
        }
        if (size != entry.size()
            || !HexFormat.of().formatHex(sha256.digest()).equals(entry.sha256())) {
          throw new IOException(
              root.resolve(entry.path()) + " changed while the bundle was built: build it again");
        }
        tar.write(new byte[UstarHeader.padding(size)]);
      }
      tar.write(new byte[2 * UstarHeader.BLOCK]);
    }
  }
}
