package dev.hostler.controller;

import org.jspecify.annotations.Nullable;

/** The version of this program. */
final class Version {
  /** As in the jar; "0.1.0" when it runs from a build folder. */
  static final String TEXT = text(Version.class.getPackage().getImplementationVersion());

  private Version() {}

  private static String text(@Nullable String version) {
    return version == null ? "0.1.0" : version;
  }
}
