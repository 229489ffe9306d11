package dev.hostler.agent.sandbox;

/** What a program can reach over the network. */
public enum Network {
  /** Nothing: a network namespace of its own whose loopback is down, and no Unix sockets. */
  NONE("none"),
  /**
   * Only itself: a network namespace of its own whose loopback is up, and Unix sockets; those of
   * the host are masked as far as they are there at the start.
   */
  LOOPBACK("loopback"),
  /**
   * Only what the agent's proxy lets it connect to: a network namespace of its own whose only way
   * out is a Unix socket, {@code net/proxy} in the attempt's directory, which must be there at the
   * start. Unix sockets as with {@link #LOOPBACK}.
   */
  ALLOW_LIST("allow-list"),
  /** Whatever the host can reach, abstract Unix sockets of the host included. */
  HOST("host");

  private final String word;

  Network(String word) {
    this.word = word;
  }

  /** The word for it in manifests and in the launcher's spec. */
  public String word() {
    return word;
  }

  /**
   * The network of this word.
   *
   * @throws SandboxUnsupportedException if there is none
   */
  public static Network ofWord(String word) throws SandboxUnsupportedException {
    for (Network network : values()) {
      if (network.word.equals(word)) {
        return network;
      }
    }
    throw new SandboxUnsupportedException(
        "network", word, "use none, loopback, allow-list or host");
  }
}
