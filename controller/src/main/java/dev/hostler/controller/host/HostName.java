package dev.hostler.controller.host;

import dev.hostler.controller.failure.RequestException;
import java.util.Locale;
import java.util.regex.Pattern;

/** The rules of host names (RFC 1123 section 2.1). */
public final class HostName {
  private static final int LIMIT = 253;
  private static final Pattern FORM =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
  // A name of this form could not be told from an id.
  private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private HostName() {}

  /**
   * Checks a name and writes it in lower case, as host names ignore case.
   *
   * @throws RequestException INVALID if it is none
   */
  public static String normal(String field, String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.length() > LIMIT || !FORM.matcher(lower).matches()) {
      throw RequestException.invalid(
          field,
          name,
          "use a host name of letters, digits, '-' and '.', at most 253 characters (RFC 1123)");
    }
    if (UUID.matcher(lower).matches()) {
      throw RequestException.invalid(field, name, "it looks like a host id; use another name");
    }
    return lower;
  }
}
