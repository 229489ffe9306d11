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
 * @param secrets variables on top of {@code env} that are written to no file
 */
public record Command(
    List<String> argv, Map<String, String> env, String cwd, Map<String, String> secrets) {
  /**
   * @throws IllegalArgumentException if there is no program or a text cannot be passed to exec
   */
  public Command {
    argv = List.copyOf(argv);
    env = Map.copyOf(env);
    secrets = Map.copyOf(secrets);
    if (argv.isEmpty() || argv.getFirst().isEmpty()) {
      throw new IllegalArgumentException("sandbox: argv " + argv + ": needs a program");
    }
    if (!cwd.startsWith("/") || cwd.equals("/proc") || cwd.startsWith("/proc/")) {
      throw new IllegalArgumentException(
          "sandbox: cwd " + cwd + ": must be an absolute path, not below /proc");
    }
    argv.forEach(word -> noNul("argv", word));
    noNul("cwd", cwd);
    env.forEach(Command::variable);
    secrets.forEach(Command::variable);
    for (String name : secrets.keySet()) {
      if (env.containsKey(name)) {
        throw new IllegalArgumentException("sandbox: env " + name + ": is given twice");
      }
    }
  }

  /** Without secrets. */
  public Command(List<String> argv, Map<String, String> env, String cwd) {
    this(argv, env, cwd, Map.of());
  }

  /** Shows no secret. */
  @Override
  public String toString() {
    return "Command[argv="
        + argv
        + ", env="
        + env
        + ", cwd="
        + cwd
        + ", secrets="
        + secrets.keySet()
        + "]";
  }

  private static void variable(String name, String value) {
    noNul("env " + name, value);
    noNul("env", name);
    if (name.isEmpty() || name.contains("=")) {
      throw new IllegalArgumentException(
          "sandbox: env name \"" + name + "\": must not be empty or contain '='");
    }
  }

  private static void noNul(String field, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "sandbox: " + field + ": contains a NUL character, which exec cannot pass; remove it");
    }
  }
}
