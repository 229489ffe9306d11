package dev.hostler.cli.connect;

import dev.hostler.cli.console.CliFailure;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The contexts that {@code hostler login} stored. Immutable.
 *
 * @param current name of the one in use; empty: none
 * @param contexts by name
 */
public record Config(String current, SortedMap<String, Context> contexts) {

  /** No context yet. */
  public static final Config EMPTY = new Config("", new TreeMap<>());

  /** A copy, so that nobody can change it. */
  public Config {
    contexts = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(contexts));
  }

  /** With {@code context} added or replaced, and in use. */
  public Config with(Context context) {
    SortedMap<String, Context> changed = new TreeMap<>(contexts);
    changed.put(context.name(), context);
    return new Config(context.name(), changed);
  }

  /** With another context in use. */
  public Config using(String name) {
    return new Config(get(name).name(), contexts);
  }

  /** Without a context. */
  public Config without(String name) {
    SortedMap<String, Context> changed = new TreeMap<>(contexts);
    changed.remove(get(name).name());
    return new Config(current.equals(name) ? "" : current, changed);
  }

  /**
   * The context of that name.
   *
   * @throws CliFailure if there is none
   */
  public Context get(String name) {
    Context context = contexts.get(name);
    if (context == null) {
      throw CliFailure.usage(
          "no context \""
              + name
              + "\"; "
              + (contexts.isEmpty()
                  ? "there is none yet: make one with `hostler login`"
                  : "there are: " + String.join(", ", contexts.keySet())));
    }
    return context;
  }

  /** The settings of a context by the names that they have in the file. */
  static Map<String, String> settings(Context context) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("address", context.address());
    settings.put("ca", context.ca().toString());
    settings.put("cert", context.cert().toString());
    settings.put("key", context.key().toString());
    if (context.signsWithAnother()) {
      settings.put("sign_cert", context.signCert().toString());
      settings.put("sign_key", context.signKey().toString());
    }
    return settings;
  }
}
