package dev.hostler.common.signing;

import java.io.Console;
import java.io.IOException;

/** Where the PIN of a token comes from. */
@FunctionalInterface
public interface PinSource {
  /** Environment variable that {@link #usual} reads. */
  String VARIABLE = "HOSTLER_PKCS11_PIN";

  /**
   * The PIN; the caller overwrites it after use.
   *
   * @param token what to call the token in a question
   * @throws IOException if there is none; the message says how to give one
   */
  char[] pin(String token) throws IOException;

  /** The environment variable {@value #VARIABLE}, or else the terminal. */
  @SuppressWarnings("SystemConsoleNull") // true of JDK 22 to 24; from 25 on it is null again
  static PinSource usual() {
    return token -> {
      String set = System.getenv(VARIABLE);
      if (set != null && !set.isEmpty()) {
        return set.toCharArray();
      }
      Console console = System.console();
      char[] typed =
          console != null && console.isTerminal()
              ? console.readPassword("PIN of the token %s: ", token)
              : null;
      if (typed == null || typed.length == 0) {
        throw new IOException(
            "no PIN for the token "
                + token
                + ": add ?pin-source=file:/PATH to the URI, set "
                + VARIABLE
                + ", or run on a terminal to be asked");
      }
      return typed;
    };
  }
}
