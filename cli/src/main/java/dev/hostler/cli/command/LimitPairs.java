package dev.hostler.cli.command;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.util.List;
import java.util.Map;

/** Reads repeated "LIMIT=VALUE" arguments. */
public final class LimitPairs {
  private LimitPairs() {}

  /**
   * By limit, as given.
   *
   * @param what what to call them in an error, for example "--limit"
   * @throws CliFailure if one is no known limit, or comes twice
   */
  public static Map<String, String> texts(String what, List<String> given) {
    Map<String, String> texts = Pairs.parse(what, given);
    for (String key : texts.keySet()) {
      if (Limit.ofKey(key).isEmpty()) {
        throw CliFailure.usage(what + " " + key + ": no such limit; there are " + Limit.keys());
      }
    }
    return texts;
  }

  /**
   * As limits.
   *
   * @throws CliFailure if a value is malformed or out of range
   */
  public static Limits limits(String what, Map<String, String> texts) {
    Limits limits = Limits.NONE;
    for (Map.Entry<String, String> one : texts.entrySet()) {
      Limit limit = Limit.ofKey(one.getKey()).orElseThrow();
      long value =
          limit
              .parse(one.getValue())
              .orElseThrow(() ->
                  CliFailure.usage(
                      what + " " + one.getKey() + "=" + one.getValue() + ": give " + limit.form()));
      Problems problems = new Problems();
      limit.check(value, what + " " + one.getKey() + "=" + one.getValue(), problems);
      if (!problems.isEmpty()) {
        throw CliFailure.usage(problems.list().getFirst().toString());
      }
      limits = limits.with(limit, value);
    }
    return limits;
  }
}
