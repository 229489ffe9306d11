package dev.hostler.agent;

/** The version of this program. */
final class AgentVersion {
  /** As told to controllers and people. */
  static final String TEXT = version();

  private AgentVersion() {}

  private static String version() {
    String packaged = AgentVersion.class.getPackage().getImplementationVersion();
    return packaged == null ? "0.1.0" : packaged;
  }
}
