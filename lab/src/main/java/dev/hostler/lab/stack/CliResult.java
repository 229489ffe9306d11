package dev.hostler.lab.stack;

import java.nio.charset.StandardCharsets;

/**
 * How a call of the CLI ended.
 *
 * @param exitCode its exit code
 * @param stdout all of its standard output
 * @param stderr all of its standard error, decoded as UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they came; never compared
public record CliResult(int exitCode, byte[] stdout, String stderr) {

  /** Standard output, decoded as UTF-8. */
  public String text() {
    return new String(stdout, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "exit code " + exitCode + "\n--- stdout\n" + text() + "\n--- stderr\n" + stderr;
  }
}
