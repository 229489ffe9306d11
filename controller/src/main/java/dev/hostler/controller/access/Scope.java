package dev.hostler.controller.access;

import java.util.List;

/**
 * How far a role's permissions reach.
 *
 * @param selector which hosts, as a CEL expression; "all": every host
 * @param bundles which bundles
 * @param actions which actions of these
 * @param commands are commands allowed as well?
 */
record Scope(String selector, List<Glob> bundles, List<Glob> actions, boolean commands) {
  static final String EVERY_HOST = "all";

  /** Everything. */
  static final Scope ALL = new Scope(EVERY_HOST, List.of(Glob.ALL), List.of(Glob.ALL), true);

  /** Everything but commands. */
  static final Scope ACTIONS = new Scope(EVERY_HOST, List.of(Glob.ALL), List.of(Glob.ALL), false);

  Scope {
    bundles = List.copyOf(bundles);
    actions = List.copyOf(actions);
  }

  boolean isEveryHost() {
    return selector.equals(EVERY_HOST);
  }

  boolean hasBundle(String name) {
    return bundles.stream().anyMatch(glob -> glob.matches(name));
  }

  /**
   * Is this work within it? Commands are run only where they are allowed explicitly; what comes of
   * them is also seen by those who are not narrowed to bundles.
   */
  boolean hasWork(AskedWork work, boolean onlySeen) {
    return switch (work) {
      case AskedWork.Command _ ->
          commands || (onlySeen && bundles.contains(Glob.ALL) && actions.contains(Glob.ALL));
      case AskedWork.Action action ->
          hasBundle(action.bundle())
              && actions.stream().anyMatch(glob -> glob.matches(action.action()));
    };
  }
}
