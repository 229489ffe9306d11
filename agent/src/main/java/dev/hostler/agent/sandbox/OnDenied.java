package dev.hostler.agent.sandbox;

import java.util.Locale;

/** What follows a system call that the filter denies. It never takes place. */
public enum OnDenied {
  /** It fails, and the program goes on. */
  DENY,
  /** The first one ends the run, with all its processes. */
  KILL;

  /** As the launcher takes it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
