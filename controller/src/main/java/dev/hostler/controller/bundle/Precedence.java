package dev.hostler.controller.bundle;

/**
 * Semantic versions as text that sorts, byte by byte, as the versions do (Semantic Versioning
 * 2.0.0, section 11), so that the database can find the newest. Versions that differ in build
 * metadata only are ordered by it.
 */
final class Precedence {
  private Precedence() {}

  /** The sort key of a valid version. */
  static String of(String version) {
    int plus = version.indexOf('+');
    String build = plus < 0 ? "" : version.substring(plus);
    String rest = plus < 0 ? version : version.substring(0, plus);
    int dash = rest.indexOf('-');
    String core = dash < 0 ? rest : rest.substring(0, dash);
    StringBuilder key = new StringBuilder();
    for (String number : core.split("\\.", -1)) {
      number(key, number);
    }
    if (dash < 0) {
      return key.append('~').append(build).toString(); // a release comes after its pre-releases
    }
    for (String identifier : rest.substring(dash + 1).split("\\.", -1)) {
      if (identifier.chars().allMatch(c -> c >= '0' && c <= '9')) {
        number(key.append('1'), identifier); // numbers come before words
      } else {
        key.append('2').append(identifier).append(' ');
      }
    }
    return key.append('!').append(build).toString(); // fewer identifiers come first
  }

  /** Longer numbers are larger: versions have no leading zeros. */
  private static void number(StringBuilder key, String digits) {
    key.append((char) ('0' + Math.min(digits.length(), 70))).append(digits);
  }
}
