package dev.hostler.trust.job;

import java.util.List;

/** What a signed job runs. */
public sealed interface JobWork {

  /**
   * An action of a bundle.
   *
   * @param bundle name of the bundle
   * @param version its version
   * @param action name of the action
   * @param manifest SHA-256 of the bundle's manifest, 64 lower-case hex digits: this decides, name
   *     and version must agree with it
   * @param params one JSON object in canonical form (RFC 8785)
   */
  record Action(String bundle, String version, String action, String manifest, String params)
      implements JobWork {}

  /**
   * A command line, run without a shell.
   *
   * @param argv the program and its arguments; at least one
   * @param runAs "default" (the agent's unprivileged user), "root" or the name of a user
   */
  record Command(List<String> argv, String runAs) implements JobWork {
    /** {@link #runAs} of the agent's unprivileged user. */
    public static final String DEFAULT_USER = "default";

    public Command {
      argv = List.copyOf(argv);
    }
  }
}
