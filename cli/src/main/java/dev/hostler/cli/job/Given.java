package dev.hostler.cli.job;

import dev.hostler.cli.command.Pairs;
import dev.hostler.cli.console.CliFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parameters as they were given.
 *
 * @param params of {@code --param}: "key=value", "key=@file" (the file's text), "key=@-" (that of
 *     stdin) or "key=@@value" (starts with an @)
 * @param secrets of {@code --secret}: the same, and the action must call it secret
 * @param asked of {@code --ask}: names that people are asked for; the action must call them secret
 */
record Given(List<String> params, List<String> secrets, List<String> asked) {
  Given {
    params = List.copyOf(params);
    secrets = List.copyOf(secrets);
    asked = List.copyOf(asked);
  }

  boolean isEmpty() {
    return params.isEmpty() && secrets.isEmpty() && asked.isEmpty();
  }

  /** Those that must be secret, by the option that says so. */
  Map<String, String> mustBeSecret() {
    Map<String, String> names = new LinkedHashMap<>();
    Pairs.parse("--secret", secrets).keySet().forEach(name -> names.put(name, "--secret"));
    asked.forEach(name -> names.put(name, "--ask"));
    return names;
  }

  /**
   * All that were written down, by name.
   *
   * @throws CliFailure if one comes twice, or is asked for, too
   */
  Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>(Pairs.parse("--param", params));
    Pairs.parse("--secret", secrets)
        .forEach((name, text) -> {
          if (texts.putIfAbsent(name, text) != null) {
            throw CliFailure.usage("--secret " + name + ": --param gives it, too; choose one");
          }
        });
    for (String name : asked) {
      if (texts.containsKey(name)) {
        throw CliFailure.usage("--ask " + name + ": another option gives it, too; choose one");
      }
    }
    return texts;
  }
}
