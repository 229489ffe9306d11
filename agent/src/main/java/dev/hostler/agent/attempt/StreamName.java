package dev.hostler.agent.attempt;

/** One of the two byte streams of an attempt. */
public enum StreamName {
  /** Standard output. */
  STDOUT("stdout"),
  /** Standard error. */
  STDERR("stderr");

  private final String fileName;

  StreamName(String fileName) {
    this.fileName = fileName;
  }

  /** Name of the spool file in the attempt's directory. */
  public String fileName() {
    return fileName;
  }
}
