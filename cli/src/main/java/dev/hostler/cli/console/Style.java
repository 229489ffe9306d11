package dev.hostler.cli.console;

/**
 * Colours for one stream; nothing is added when it is no terminal.
 *
 * @param on whether to colour
 */
public record Style(boolean on) {
  private static final int[] HOSTS = {36, 33, 32, 35, 34, 96, 93, 92, 95, 94};

  private String wrap(String code, String text) {
    return on ? "\033[" + code + "m" + text + "\033[0m" : text;
  }

  /** For headings. */
  public String bold(String text) {
    return wrap("1", text);
  }

  /** For what is of less interest. */
  public String dim(String text) {
    return wrap("2", text);
  }

  /** For success. */
  public String good(String text) {
    return wrap("32", text);
  }

  /** For failure. */
  public String bad(String text) {
    return wrap("31", text);
  }

  /** For what goes on. */
  public String busy(String text) {
    return wrap("33", text);
  }

  /** One of a few colours, by a host's number. */
  public String host(int number, String text) {
    return wrap(Integer.toString(HOSTS[Math.floorMod(number, HOSTS.length)]), text);
  }

  /** The colour of a state by its documented name. */
  public String state(String state) {
    return switch (state) {
      case "succeeded", "connected", "active" -> good(state);
      case "queued", "assigned", "running" -> busy(state);
      case "failed", "timed_out", "refused", "expired", "lost", "offline", "revoked" -> bad(state);
      default -> dim(state);
    };
  }
}
