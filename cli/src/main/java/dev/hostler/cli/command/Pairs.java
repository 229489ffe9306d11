package dev.hostler.cli.command;

import dev.hostler.cli.console.CliFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads repeated "KEY=VALUE" arguments. */
public final class Pairs {
  private Pairs() {}

  /**
   * Reads them.
   *
   * @param what what to call them in an error, for example "--label"
   * @param texts as given
   * @return in the order given
   * @throws CliFailure if one has no "=" or no key, or a key comes twice
   */
  public static Map<String, String> parse(String what, List<String> texts) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw CliFailure.usage(what + " " + text + ": write KEY=VALUE");
      }
      if (pairs.putIfAbsent(text.substring(0, equals), text.substring(equals + 1)) != null) {
        throw CliFailure.usage(what + " " + text.substring(0, equals) + " is given twice");
      }
    }
    return pairs;
  }
}
