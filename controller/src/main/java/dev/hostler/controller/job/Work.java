package dev.hostler.controller.job;

import java.util.List;

/** What a job does on each of its hosts. */
public sealed interface Work {

  /** One line for people. */
  String title();

  /**
   * An action of a bundle, resolved.
   *
   * @param bundle bundle name
   * @param version its version
   * @param action name of the action
   * @param manifestDigest identity of the bundle: 32 bytes in hex
   * @param bundleSize size of the bundle file in bytes
   * @param params canonical JSON object (RFC 8785)
   */
  record Action(
      String bundle,
      String version,
      String action,
      String manifestDigest,
      long bundleSize,
      String params)
      implements Work {
    @Override
    public String title() {
      return bundle + " " + action;
    }
  }

  /**
   * A command line, run without a shell.
   *
   * @param argv the program and its arguments; at least one
   */
  record Command(List<String> argv) implements Work {
    private static final int MAX_TITLE = 200;

    /** Copies. */
    public Command {
      argv = List.copyOf(argv);
    }

    @Override
    public String title() {
      String line = String.join(" ", argv).replaceAll("\\p{Cntrl}", " ");
      return line.length() <= MAX_TITLE ? line : line.substring(0, MAX_TITLE - 1) + "…";
    }
  }
}
