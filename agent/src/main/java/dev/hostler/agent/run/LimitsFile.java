package dev.hostler.agent.run;

import dev.hostler.trust.limits.EffectiveLimits;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an attempt was given, in its directory: an agent that finds it again must be able to say
 * which limit it came up against. Lines of key, number and who set it.
 */
final class LimitsFile {
  private static final Logger log = LoggerFactory.getLogger(LimitsFile.class);
  private static final String NAME = "limits";
  private static final int PARTS = 3;

  private LimitsFile() {}

  static void write(Path folder, EffectiveLimits effective) throws IOException {
    StringBuilder text = new StringBuilder();
    effective
        .limits()
        .values()
        .forEach((limit, value) ->
            text.append("%s %d %s%n".formatted(limit.key(), value, effective.setBy(limit))));
    Files.writeString(folder.resolve(NAME), text);
  }

  /** Nothing is known of an attempt of an older agent. */
  static EffectiveLimits read(Path folder) {
    Map<Limit, Long> limits = new EnumMap<>(Limit.class);
    TreeMap<Limit, String> setBy = new TreeMap<>();
    try {
      for (String line : Files.readAllLines(folder.resolve(NAME))) {
        String[] parts = line.split(" ", PARTS);
        Limit limit = Limit.ofKey(parts[0]).orElse(null);
        if (limit != null && parts.length == PARTS) {
          limits.put(limit, Long.parseLong(parts[1]));
          setBy.put(limit, parts[2]);
        }
      }
    } catch (IOException | NumberFormatException e) {
      log.debug("the limits of {} are not known: {}", folder, e.toString());
    }
    return new EffectiveLimits(Limits.of(limits), setBy);
  }
}
