package dev.hostler.controller.api;

import dev.hostler.controller.failure.RequestException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/** Page tokens: the key of the last row of a page, which callers cannot read anything into. */
final class PageTokens {
  private static final String SEPARATOR = "\n";

  private PageTokens() {}

  static String of(String... key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(String.join(SEPARATOR, key).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The key in a token.
   *
   * @param parts how many parts it must have
   * @throws RequestException INVALID if it is not a token of such a page
   */
  static List<String> read(String token, int parts) {
    try {
      List<String> key =
          List.of(
              new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8)
                  .split(SEPARATOR, -1));
      if (key.size() == parts) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      // not Base64: refused below
    }
    throw invalid(token);
  }

  /** An id in a token. */
  static UUID id(String token, String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw invalid(token);
    }
  }

  /**
   * The number of rows asked for.
   *
   * @throws RequestException INVALID if it is more than 1,000
   */
  static int size(int asked, int otherwise) {
    if (asked < 0 || asked > 1000) {
      throw RequestException.invalid(
          "page_size", Integer.toUnsignedString(asked), "ask for at most 1000 at a time");
    }
    return asked == 0 ? otherwise : asked;
  }

  private static RequestException invalid(String token) {
    return RequestException.invalid(
        "page_token", token, "give the next_page_token of the page before, or none");
  }
}
