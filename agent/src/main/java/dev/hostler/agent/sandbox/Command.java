package dev.hostler.agent.sandbox;

import java.util.List;
import java.util.Map;

/**
 * What is executed.
 *
 * @param argv the program and its arguments, at least one; with '/' a path inside the sandbox, else
 *     searched in PATH of {@code env}
 * @param env the whole environment; nothing is inherited
 * @param cwd absolute path inside the sandbox, not below /proc
 */
public record Command(List<String> argv, Map<String, String> env, String cwd) {
  /**
   * @throws IllegalArgumentException if there is no program or a text cannot be passed to exec
   */
  public Command {
    argv = List.copyOf(argv);
    env = Map.copyOf(env);
    if (argv.isEmpty() || argv.getFirst().isEmpty()) {
      throw new IllegalArgumentException("sandbox: argv " + argv + ": needs a program");
    }
    if (!cwd.startsWith("/") || cwd.equals("/proc") || cwd.startsWith("/proc/")) {
      throw new IllegalArgumentException(
          "sandbox: cwd " + cwd + ": must be an absolute path, not below /proc");
    }
    argv.forEach(word -> noNul("argv", word));
    noNul("cwd", cwd);
    env.forEach((name, value) -> {
      noNul("env " + name, value);
      noNul("env", name);
      if (name.isEmpty() || name.contains("=")) {
        throw new IllegalArgumentException(
            "sandbox: env name \"" + name + "\": must not be empty or contain '='");
      }
    });
  }

  private static void noNul(String field, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "sandbox: " + field + ": contains a NUL character, which exec cannot pass; remove it");
    }
  }
}
