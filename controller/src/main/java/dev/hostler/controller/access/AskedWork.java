package dev.hostler.controller.access;

/** What a job does, as far as permissions care. */
public sealed interface AskedWork {
  /** For messages. */
  String text();

  /**
   * An action of a bundle.
   *
   * @param bundle its name
   * @param action name of the action
   */
  record Action(String bundle, String action) implements AskedWork {
    @Override
    public String text() {
      return bundle + " " + action;
    }
  }

  /** A command line. */
  record Command() implements AskedWork {
    @Override
    public String text() {
      return "commands";
    }
  }
}
