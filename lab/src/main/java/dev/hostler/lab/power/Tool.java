package dev.hostler.lab.power;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs of the machine that it runs on. */
final class Tool {
  private Tool() {}

  /**
   * Runs one to its end.
   *
   * @return what it printed
   * @throws IOException with what it printed, if it failed
   */
  static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(
          String.join(" ", List.of(command)) + ": exit code " + code + "\n" + said);
    }
    return said;
  }

  /** The same, for what is put away in the end, also by a thread that was interrupted. */
  static void putAway(String... command) throws IOException {
    try {
      run(command);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted in " + List.of(command), e);
    }
  }
}
