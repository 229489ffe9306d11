package dev.hostler.agent.state;

import dev.hostler.trust.bundle.StateEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Values as a file has them: for each a line of the entry, a tab, and the value in base64. */
public final class StateFile {
  private StateFile() {}

  /** What is to be written. */
  public static byte[] bytes(List<HostState.Value> values) {
    StringBuilder text = new StringBuilder();
    for (HostState.Value one : values) {
      text.append(one.entry())
          .append('\t')
          .append(Base64.getEncoder().encodeToString(one.value().getBytes(StandardCharsets.UTF_8)))
          .append('\n');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads it.
   *
   * @param name of the file, for people
   * @throws IOException if it is damaged
   */
  public static List<HostState.Value> parse(byte[] bytes, String name) throws IOException {
    List<HostState.Value> values = new ArrayList<>();
    for (String line : new String(bytes, StandardCharsets.US_ASCII).lines().toList()) {
      int tab = line.indexOf('\t');
      try {
        values.add(
            new HostState.Value(
                StateEntry.parse(line.substring(0, Math.max(0, tab))),
                new String(
                    Base64.getDecoder().decode(line.substring(tab + 1)), StandardCharsets.UTF_8)));
      } catch (IllegalArgumentException e) {
        throw new IOException(name + " is damaged: " + e.getMessage(), e);
      }
    }
    return values;
  }
}
