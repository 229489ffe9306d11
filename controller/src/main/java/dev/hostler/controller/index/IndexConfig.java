package dev.hostler.controller.index;

import dev.hostler.common.config.ConfigSection;
import dev.hostler.trust.index.TrustIndex;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Section [index]. Without certificate and key the controller cannot sign an index: somebody else
 * does, with {@code hostler index sign}.
 *
 * @param certificate chain of a delegated index signer, PEM; best short-lived
 * @param key its key, PEM
 * @param life how long an index that is signed here counts; a new one is signed at half of it
 */
public record IndexConfig(Optional<Path> certificate, Optional<Path> key, Duration life) {

  /** Reads it. */
  public static IndexConfig read(ConfigSection section) {
    IndexConfig config =
        new IndexConfig(
            section.file("certificate"),
            section.file("key"),
            section.duration(
                "life", Duration.ofHours(1), Duration.ofMinutes(2), TrustIndex.LONGEST_LIFE));
    if (section.has("certificate") != section.has("key")) {
      String missing = section.has("key") ? "certificate" : "key";
      section.problem(missing, "certificate and key go together; set it or remove the other");
    }
    return config;
  }
}
