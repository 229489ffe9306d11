package dev.hostler.cli.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which of the three standard streams are terminals. {@code System.console()} only knows of stdin
 * and stdout together, and costs more at start.
 *
 * @param in stdin is a terminal
 * @param out stdout is a terminal
 * @param err stderr is a terminal
 */
public record Terminals(boolean in, boolean out, boolean err) {

  /** No terminal at all. */
  public static final Terminals NONE = new Terminals(false, false, false);

  /** Those of this process. */
  public static Terminals ofThisProcess() {
    return new Terminals(isTerminal(0), isTerminal(1), isTerminal(2));
  }

  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }
}
