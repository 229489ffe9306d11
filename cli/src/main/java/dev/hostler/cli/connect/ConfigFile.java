package dev.hostler.cli.connect;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The file that contexts are kept in: TOML, mode 0600.
 *
 * <pre>
 * current = "prod"
 *
 * [contexts.prod]
 * address = "hostler.example.org:7444"
 * ca = "/home/me/hostler/ca.crt"
 * cert = "/home/me/hostler/me.crt"
 * key = "/home/me/hostler/me.key"
 * </pre>
 *
 * <p>Where another key signs jobs than the one that logs in, there are also sign_cert and sign_key.
 *
 * @param path where it is; need not exist
 */
public record ConfigFile(Path path) {

  /** $HOSTLER_CONFIG, else hostler/config.toml below $XDG_CONFIG_HOME or ~/.config. */
  public static ConfigFile of(Map<String, String> environment) {
    String given = environment.getOrDefault("HOSTLER_CONFIG", "");
    if (!given.isEmpty()) {
      return new ConfigFile(Path.of(given));
    }
    String base = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path folder =
        base.isEmpty() ? Path.of(environment.getOrDefault("HOME", "/"), ".config") : Path.of(base);
    return new ConfigFile(folder.resolve("hostler/config.toml"));
  }

  /**
   * Reads it.
   *
   * @return the contexts; none if there is no file
   * @throws CliFailure if it cannot be read or is not as it should be
   */
  public Config read() {
    String text;
    try {
      text = Files.readString(path, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return Config.EMPTY;
    } catch (IOException e) {
      throw CliFailure.usage("cannot read the configuration " + path + ": " + e.getMessage());
    }
    Map<String, String> settings = PlainToml.parse(text);
    if (settings == null) {
      settings = FullToml.parse(path, text);
    }
    return config(settings);
  }

  private Config config(Map<String, String> settings) {
    Map<String, Map<String, String>> contexts = new TreeMap<>();
    String current = "";
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      String key = setting.getKey();
      int dot = key.lastIndexOf('.');
      if (key.equals("current")) {
        current = setting.getValue();
      } else if (key.startsWith("contexts.") && dot > "contexts.".length()) {
        contexts
            .computeIfAbsent(key.substring("contexts.".length(), dot), name -> new TreeMap<>())
            .put(key.substring(dot + 1), setting.getValue());
      } else {
        throw bad(
            "unknown setting " + key,
            "known: current, contexts.NAME.{address,ca,cert,key,sign_cert,sign_key}");
      }
    }
    Config config = Config.EMPTY;
    for (Map.Entry<String, Map<String, String>> entry : contexts.entrySet()) {
      config = config.with(context(entry.getKey(), entry.getValue()));
    }
    if (!current.isEmpty() && !contexts.containsKey(current)) {
      throw bad("current = \"" + current + "\" names no context", "see `hostler context list`");
    }
    return new Config(current, config.contexts());
  }

  private Context context(String name, Map<String, String> settings) {
    for (String known : settings.keySet()) {
      if (!known.matches("address|ca|cert|key|sign_cert|sign_key")) {
        throw bad(
            "unknown setting contexts." + name + "." + known,
            "known: address, ca, cert, key, sign_cert, sign_key");
      }
    }
    if (settings.containsKey("sign_cert") != settings.containsKey("sign_key")) {
      throw bad(
          "contexts." + name + " has only one of sign_cert and sign_key", "give both or neither");
    }
    String address = required(name, settings, "address");
    String ca = required(name, settings, "ca");
    String cert = required(name, settings, "cert");
    String key = required(name, settings, "key");
    return new Context(
        name,
        address,
        Path.of(ca),
        Path.of(cert),
        Path.of(key),
        Path.of(settings.getOrDefault("sign_cert", cert)),
        Path.of(settings.getOrDefault("sign_key", key)));
  }

  private String required(String name, Map<String, String> settings, String key) {
    String value = settings.get(key);
    if (value == null) {
      throw bad("contexts." + name + "." + key + " is missing", "run `hostler login` again");
    }
    return value;
  }

  private CliFailure bad(String problem, String fix) {
    return CliFailure.usage(path + ": " + problem + "; " + fix);
  }

  /**
   * Replaces it in one step, readable by its owner only.
   *
   * @throws CliFailure if it cannot be written
   */
  public void write(Config config) {
    StringBuilder text = new StringBuilder("# Written by `hostler login` and `hostler context`.\n");
    text.append("current = ").append(quoted(config.current())).append('\n');
    for (Context context : config.contexts().values()) {
      text.append("\n[contexts.").append(quotedKey(context.name())).append("]\n");
      new TreeMap<>(Config.settings(context))
          .forEach((k, v) -> text.append(k).append(" = ").append(quoted(v)).append('\n'));
    }
    Path folder = path.toAbsolutePath().getParent();
    @Nullable Path temporary = null;
    try {
      Files.createDirectories(folder);
      temporary =
          Files.createTempFile(
              folder,
              ".config",
              ".toml",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(temporary, text);
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      discard(temporary);
      throw new CliFailure(
          ExitCode.LOCAL,
          "cannot write the configuration "
              + path
              + ": "
              + e.getMessage()
              + "; set HOSTLER_CONFIG to a file that can be written");
    }
  }

  private static void discard(@Nullable Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // The first failure is the one to report.
    }
  }

  private static String quotedKey(String name) {
    return name.matches("[A-Za-z0-9_-]+") ? name : quoted(name);
  }

  private static String quoted(String value) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < 0x20 || c == 0x7f) {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    return text.append('"').toString();
  }
}
