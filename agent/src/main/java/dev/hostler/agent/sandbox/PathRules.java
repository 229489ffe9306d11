package dev.hostler.agent.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which paths may be declared. A writable path can itself be root on the host, so the system's own
 * trees and the agent's state are refused; what is below the system's trees is a grant that a
 * signer signs. The launcher resolves each path again without following a symbolic link, so that
 * nothing can be swapped between this look and its use.
 */
final class PathRules {
  private static final List<Path> WHOLE =
      List.of(
          Path.of("/"),
          Path.of("/etc"),
          Path.of("/usr"),
          Path.of("/boot"),
          Path.of("/bin"),
          Path.of("/sbin"),
          Path.of("/lib"),
          Path.of("/lib64"),
          Path.of("/var"));
  private static final List<Path> TREES =
      List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"), Path.of("/run"));

  private final Path state;

  /**
   * @param state the agent's state directory
   */
  PathRules(Path state) {
    this.state = state.toAbsolutePath().normalize();
  }

  /** The view with real paths, each named once, as the launcher takes it. */
  FileView check(FileView files) throws SandboxUnsupportedException {
    Set<Path> granted = new LinkedHashSet<>();
    for (WritablePath writable : files.writable()) {
      checkGrant("writable path", writable.path(), granted);
      checkWritable(writable.path());
    }
    for (Path readable : files.readable()) {
      checkGrant("readable path", readable, granted);
    }
    Set<Path> hidden = new LinkedHashSet<>();
    for (Path path : files.hidden()) {
      Path real = real(path);
      if (!granted.contains(real) && real.getNameCount() > 0) {
        hidden.add(real);
      }
    }
    return new FileView(
        files.writable(),
        files.readable(),
        List.copyOf(hidden),
        payload(files.payload()),
        files.tmpBytes(),
        files.preview());
  }

  private static Optional<Path> payload(Optional<Path> payload) throws SandboxUnsupportedException {
    if (payload.isEmpty()) {
      return payload;
    }
    Path path = payload.get();
    if (!Files.isDirectory(path)) {
      throw new SandboxUnsupportedException("payload", path, "is not a directory");
    }
    return Optional.of(real(path));
  }

  private void checkGrant(String field, Path path, Set<Path> granted)
      throws SandboxUnsupportedException {
    if (!path.isAbsolute() || !path.normalize().equals(path)) {
      throw new SandboxUnsupportedException(
          field, path, "must be absolute, without '.' and '..' components");
    }
    for (Path tree : TREES) {
      if (path.startsWith(tree)) {
        throw new SandboxUnsupportedException(
            field, path, "nothing in " + tree + " can be declared");
      }
    }
    if (path.startsWith(state)) {
      throw new SandboxUnsupportedException(field, path, "is the agent's own state");
    }
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new SandboxUnsupportedException(field, path, "does not exist; make it first");
    }
    if (!real(path).equals(path)) {
      throw new SandboxUnsupportedException(
          field, path, "leads through a symbolic link; declare " + real(path));
    }
    if (!Files.isDirectory(path) && !Files.isRegularFile(path)) {
      throw new SandboxUnsupportedException(field, path, "is neither a directory nor a file");
    }
    if (!granted.add(path)) {
      throw new SandboxUnsupportedException(field, path, "is declared twice");
    }
  }

  private void checkWritable(Path path) throws SandboxUnsupportedException {
    if (WHOLE.contains(path)) {
      throw new SandboxUnsupportedException(
          "writable path", path, "is too much; declare the directory below it that is meant");
    }
    if (state.startsWith(path)) {
      throw new SandboxUnsupportedException(
          "writable path", path, "contains the agent's own state, " + state);
    }
  }

  /** The path without symbolic links, or as it is if it is not there. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }
}
