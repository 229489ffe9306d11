package dev.hostler.agent.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a program sees of the host's files: the whole tree read-only, but for what is said here.
 * /tmp, /var/tmp, /dev/shm and /run are always its own.
 *
 * @param writable paths that it may write
 * @param readable paths that it may read although they are below a hidden one
 * @param hidden paths that are masked by something empty; missing ones are skipped
 * @param payload a directory shown read-only at /run/hostler/bundle
 * @param tmpBytes size of the private temporary directories together, in bytes; at least 4096
 * @param preview directories over which layers are laid that take what is written, so that the host
 *     stays as it is; every writable path is at or below one of them. Empty: it is for real
 */
public record FileView(
    List<WritablePath> writable,
    List<Path> readable,
    List<Path> hidden,
    Optional<Path> payload,
    long tmpBytes,
    List<Path> preview) {
  /** Where the payload is, inside. */
  public static final Path PAYLOAD = Path.of("/run/hostler/bundle");

  /**
   * @throws IllegalArgumentException if {@code tmpBytes} is too small
   */
  public FileView {
    writable = List.copyOf(writable);
    readable = List.copyOf(readable);
    hidden = List.copyOf(hidden);
    preview = List.copyOf(preview);
    if (tmpBytes < 4096) {
      throw new IllegalArgumentException(
          "sandbox: tmpBytes " + tmpBytes + ": must be at least 4096");
    }
  }

  /** For real. */
  public FileView(
      List<WritablePath> writable,
      List<Path> readable,
      List<Path> hidden,
      Optional<Path> payload,
      long tmpBytes) {
    this(writable, readable, hidden, payload, tmpBytes, List.of());
  }

  /** The same, with layers over these directories. */
  public FileView withPreview(List<Path> directories) {
    return new FileView(writable, readable, hidden, payload, tmpBytes, directories);
  }
}
