package dev.hostler.controller.host;

import dev.hostler.controller.failure.RequestException;
import java.util.Map;
import java.util.regex.Pattern;

/** The rules of labels. */
public final class Labels {
  /** Most labels that one origin may give a host. */
  public static final int MOST = 64;

  private static final int VALUE_LIMIT = 255;
  private static final Pattern KEY = Pattern.compile("[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?");

  private Labels() {}

  /**
   * Checks labels of a request.
   *
   * @param field name of the field in messages
   * @throws RequestException INVALID if a key or a value is not acceptable
   */
  public static void check(String field, Map<String, String> labels) {
    if (labels.size() > MOST) {
      throw RequestException.invalid(field, labels.size() + " labels", "use at most " + MOST);
    }
    for (Map.Entry<String, String> label : labels.entrySet()) {
      checkKey(field, label.getKey());
      if (!isValue(label.getValue())) {
        throw RequestException.invalid(
            field + "[" + label.getKey() + "]",
            label.getValue(),
            "use at most " + VALUE_LIMIT + " characters without control characters");
      }
    }
  }

  static void checkKey(String field, String key) {
    if (!KEY.matcher(key).matches()) {
      throw RequestException.invalid(
          field,
          key,
          "a label key has 1 to 63 of a-z, 0-9, '_', '.', '-' and begins and ends with a letter or"
              + " digit");
    }
  }

  /** Is this label as it should be? */
  static boolean isAcceptable(String key, String value) {
    return KEY.matcher(key).matches() && isValue(value);
  }

  private static boolean isValue(String value) {
    return value.length() <= VALUE_LIMIT && value.chars().noneMatch(Character::isISOControl);
  }
}
