package dev.hostler.cli;

/** The version of this program. */
final class Version {
  private Version() {}

  /** From the jar; "dev" when run from a folder of classes. */
  static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
