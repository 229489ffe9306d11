package dev.hostler.controller.revocation;

import dev.hostler.common.config.ConfigSection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Section [revocation].
 *
 * @param lists where revocation lists of signers' and operators' CAs are: http and https URLs, and
 *     files with an absolute path
 * @param ocsp PEM files, each with a certificate and then its issuer's: their state is asked of the
 *     OCSP responder that the certificate names
 * @param refresh how often they are looked at
 */
public record RevocationConfig(List<String> lists, List<Path> ocsp, Duration refresh) {
  /** No lists. */
  public static final RevocationConfig NONE =
      new RevocationConfig(List.of(), List.of(), Duration.ofMinutes(1));

  /** Reads it. */
  public static RevocationConfig read(ConfigSection section) {
    List<String> lists = section.strings("lists", List.of());
    for (String one : lists) {
      if (!one.startsWith("/") && !isWeb(one)) {
        section.problem("lists", "\"" + one + "\" is neither a URL nor an absolute path");
      }
    }
    return new RevocationConfig(
        lists,
        section.strings("ocsp", List.of()).stream().map(Path::of).toList(),
        section.duration("refresh", NONE.refresh(), Duration.ofSeconds(1), Duration.ofDays(1)));
  }

  static boolean isWeb(String source) {
    try {
      URI uri = new URI(source);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      return uri.getHost() != null && List.of("http", "https").contains(scheme);
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
