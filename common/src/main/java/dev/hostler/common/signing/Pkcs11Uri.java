package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A PKCS#11 URI (RFC 7512) that names one private key.
 *
 * @param attributes of the path: token, manufacturer, serial, model, slot-id, object, id, type
 * @param module the PKCS#11 library
 * @param pinFile file whose first line is the PIN; null: none is named
 */
record Pkcs11Uri(Map<String, String> attributes, Path module, @Nullable Path pinFile) {
  private static final String SCHEME = "pkcs11:";
  private static final Set<String> PATH =
      Set.of("token", "manufacturer", "serial", "model", "slot-id", "object", "id", "type");

  Pkcs11Uri {
    attributes = Map.copyOf(attributes);
  }

  static boolean isOne(String text) {
    return text.startsWith(SCHEME);
  }

  static Pkcs11Uri parse(String text) throws SigningException {
    String rest = text.substring(SCHEME.length());
    int question = rest.indexOf('?');
    Map<String, String> path = pairs(question < 0 ? rest : rest.substring(0, question), ";", text);
    Map<String, String> query =
        question < 0 ? Map.of() : pairs(rest.substring(question + 1), "&", text);
    for (String name : path.keySet()) {
      if (!PATH.contains(name)) {
        throw malformed(text, "the attribute '" + name + "' is not known; known: " + PATH);
      }
    }
    if (!path.getOrDefault("type", "private").equals("private")) {
      throw malformed(text, "type=" + path.get("type") + " is no private key");
    }
    String slot = path.get("slot-id");
    if (slot != null && !slot.matches("[0-9]{1,18}")) {
      throw malformed(text, "slot-id=" + slot + " is not a number");
    }
    Path module = null;
    Path pinFile = null;
    for (Map.Entry<String, String> one : query.entrySet()) {
      switch (one.getKey()) {
        case "module-path" -> module = Path.of(one.getValue());
        case "pin-source" -> pinFile = file(one.getValue(), text);
        case "pin-value" ->
            throw malformed(
                text,
                "a pin-value would be seen in the list of processes; use pin-source=file:/PATH or"
                    + " the environment variable "
                    + PinSource.VARIABLE);
        default ->
            throw malformed(
                text,
                "the query attribute '"
                    + one.getKey()
                    + "' is not known; known: module-path,"
                    + " pin-source");
      }
    }
    if (module == null || !module.isAbsolute()) {
      throw malformed(
          text, "add ?module-path=/PATH/OF/LIBRARY.so with the PKCS#11 library of the token");
    }
    return new Pkcs11Uri(path, module, pinFile);
  }

  private static Path file(String value, String text) throws SigningException {
    String path =
        value.startsWith("file://") ? value.substring(7) : value.replaceFirst("^file:", "");
    if (!path.startsWith("/")) {
      throw malformed(text, "pin-source=" + value + ": give file:/PATH with an absolute path");
    }
    return Path.of(path);
  }

  private static Map<String, String> pairs(String list, String separator, String text)
      throws SigningException {
    Map<String, String> pairs = new LinkedHashMap<>();
    if (list.isEmpty()) {
      return pairs;
    }
    for (String one : list.split(separator, -1)) {
      int equals = one.indexOf('=');
      if (equals <= 0) {
        throw malformed(text, "'" + one + "' is not NAME=VALUE");
      }
      if (pairs.put(one.substring(0, equals), decode(one.substring(equals + 1), text)) != null) {
        throw malformed(text, "'" + one.substring(0, equals) + "' is there twice");
      }
    }
    return pairs;
  }

  /** Percent-encoding only: unlike in forms, a plus sign is one (RFC 7512 section 2.3). */
  private static String decode(String value, String text) throws SigningException {
    byte[] bytes = new byte[value.length() * 3];
    int length = 0;
    for (int i = 0; i < value.length(); ) {
      if (value.charAt(i) == '%') {
        try {
          bytes[length++] = (byte) Integer.parseInt(value, i + 1, i + 3, 16);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
          throw malformed(text, "'" + value + "' has a broken percent-encoding");
        }
        i += 3;
      } else {
        int point = value.codePointAt(i);
        byte[] encoded = Character.toString(point).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(encoded, 0, bytes, length, encoded.length);
        length += encoded.length;
        i += Character.charCount(point);
      }
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static SigningException malformed(String text, String why) {
    // What follows a '?' may hold secrets: it is not repeated.
    return new SigningException(
        Reason.MALFORMED, "the key " + text.replaceFirst("\\?.*", "?...") + ": " + why);
  }
}
