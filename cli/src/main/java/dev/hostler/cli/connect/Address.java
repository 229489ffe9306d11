package dev.hostler.cli.connect;

import dev.hostler.cli.console.CliFailure;

/**
 * Where an operator port is.
 *
 * @param host name or IP address, without brackets
 * @param port 1 to 65535
 */
record Address(String host, int port) {
  private static final int DEFAULT_PORT = 7444;

  /**
   * Reads "HOST", "HOST:PORT", "[IPV6]" or "[IPV6]:PORT".
   *
   * @throws CliFailure if it is none of them
   */
  static Address parse(String field, String text) {
    String host = text;
    String port = "";
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      host = end < 0 ? "" : text.substring(1, end);
      String rest = end < 0 ? "" : text.substring(end + 1);
      if (!rest.isEmpty() && !rest.startsWith(":")) {
        host = "";
      }
      port = rest.isEmpty() ? "" : rest.substring(1);
    } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
      host = text.substring(0, text.indexOf(':'));
      port = text.substring(text.indexOf(':') + 1);
      if (port.isEmpty()) {
        host = "";
      }
    }
    int number = port.isEmpty() ? DEFAULT_PORT : number(port);
    if (host.isEmpty()
        || number < 1
        || number > 65535
        || host.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '@' || c > '~')) {
      throw CliFailure.usage(
          field
              + " \""
              + text
              + "\" is no address; write HOST or HOST:PORT, for example"
              + " hostler.example.org:"
              + DEFAULT_PORT
              + " or [2001:db8::1]:"
              + DEFAULT_PORT);
    }
    return new Address(host, number);
  }

  private static int number(String digits) {
    return digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : -1;
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
