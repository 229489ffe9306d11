package dev.hostler.agent.sandbox;

import java.nio.file.Path;

/**
 * A path that a program may write. Always nosuid and nodev.
 *
 * @param path absolute, normal, existing, without a symbolic link in any component
 * @param executable whether files in it may be executed
 */
public record WritablePath(Path path, boolean executable) {
  /** A path in which files may be executed, as on a plain mount. */
  public static WritablePath of(Path path) {
    return new WritablePath(path, true);
  }

  /** A path in which nothing can be executed. */
  public static WritablePath noexec(Path path) {
    return new WritablePath(path, false);
  }
}
