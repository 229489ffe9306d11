package dev.hostler.trust.bundle;

import dev.hostler.trust.bundle.Manifest.PayloadFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes a payload below a folder that it makes itself. The paths come from a checked manifest, not
 * from the archive, and every file and folder is new: there is nothing to follow or overwrite.
 */
final class Unpacker {
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final Set<PosixFilePermission> PROGRAM = FOLDER;
  private static final Set<PosixFilePermission> DATA = PosixFilePermissions.fromString("rw-r--r--");

  private final Path root;

  Unpacker(Path root) {
    this.root = root;
  }

  void unpack(BundleFile bundle) throws IOException, TrustException {
    Files.createDirectory(root);
    boolean done = false;
    try {
      Files.setPosixFilePermissions(root, FOLDER);
      bundle.readPayload(this::open);
      done = true;
    } finally {
      if (!done) {
        remove();
      }
    }
  }

  private OutputStream open(PayloadFile file) throws IOException {
    Path target = root.resolve(file.path());
    if (!target.normalize().equals(target) || !target.startsWith(root)) {
      // The manifest's rules exclude it; a second lock on the same door.
      throw new IOException("refusing to write outside of " + root + ": " + file.path());
    }
    makeFolders(target);
    FileChannel channel =
        FileChannel.open(
            target,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return new NewFile(channel, target, file.executable() ? PROGRAM : DATA);
  }

  private void makeFolders(Path target) throws IOException {
    Path relative = root.relativize(target);
    Path folder = root;
    for (int i = 0; i < relative.getNameCount() - 1; i++) {
      folder = folder.resolve(relative.getName(i));
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, FOLDER);
      }
    }
  }

  private void remove() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }

  /** Gives the file its mode when it is complete. */
  private static final class NewFile extends OutputStream {
    private final FileChannel channel;
    private final Path path;
    private final Set<PosixFilePermission> mode;

    NewFile(FileChannel channel, Path path, Set<PosixFilePermission> mode) {
      this.channel = channel;
      this.path = path;
      this.mode = mode;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }

    @Override
    public void close() throws IOException {
      try (channel) {
        Files.setPosixFilePermissions(path, mode);
      }
    }
  }
}
