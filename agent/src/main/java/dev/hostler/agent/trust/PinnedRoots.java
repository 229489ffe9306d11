package dev.hostler.agent.trust;

import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Root certificates that the host's owner pinned in a PEM file. Read again whenever the file
 * changes. Thread-safe.
 */
public final class PinnedRoots {
  private final Path file;
  private @Nullable Stamp read;
  private List<X509Certificate> roots = List.of();

  private record Stamp(FileTime time, long size) {}

  /** In this file, which need not exist. */
  public PinnedRoots(Path file) {
    this.file = file;
  }

  /** Where they are. */
  public Path file() {
    return file;
  }

  /**
   * The roots; empty if the file does not exist.
   *
   * @throws IOException if it cannot be read, or holds something else
   */
  public synchronized List<X509Certificate> get() throws IOException {
    try {
      Stamp now = new Stamp(Files.getLastModifiedTime(file), Files.size(file));
      if (!now.equals(read)) {
        roots = Pem.certificates(file);
        read = now;
      }
      return roots;
    } catch (NoSuchFileException _) {
      read = null;
      roots = List.of();
      return roots;
    } catch (SigningException e) {
      throw new IOException("the pinned roots cannot be read: " + e.getMessage(), e);
    }
  }
}
