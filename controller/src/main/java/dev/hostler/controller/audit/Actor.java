package dev.hostler.controller.audit;

/**
 * Who did something.
 *
 * @param text "operator:NAME", "host:ID" or "system"
 */
public record Actor(String text) {
  /** The controller by itself. */
  public static final Actor SYSTEM = new Actor("system");

  /** An operator by name. */
  public static Actor operator(String name) {
    return new Actor("operator:" + name);
  }

  /** A host by id. */
  public static Actor host(Object id) {
    return new Actor("host:" + id);
  }
}
