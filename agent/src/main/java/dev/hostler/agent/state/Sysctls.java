package dev.hostler.agent.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Kernel parameters: the content of their file.
 *
 * @param root /proc/sys
 */
record Sysctls(Path root) implements StateKind {

  /** The first separator in a name says which of '.' and '/' separates (sysctl(8)). */
  private Path file(String name) throws IOException {
    int slash = name.indexOf('/');
    int dot = name.indexOf('.');
    String relative = dot >= 0 && (slash < 0 || dot < slash) ? swapped(name) : name;
    Path file = root.resolve(relative).normalize();
    if (!file.startsWith(root) || !Files.isRegularFile(file)) {
      throw new IOException("this kernel has no parameter " + name);
    }
    return file;
  }

  private static String swapped(String name) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      out.append(c == '.' ? '/' : c == '/' ? '.' : c);
    }
    return out.toString();
  }

  @Override
  public String read(String name) throws IOException {
    return Files.readString(file(name)).stripTrailing();
  }

  @Override
  public void restore(String name, String value) throws IOException {
    Path file = file(name);
    if (read(name).equals(value)) {
      return;
    }
    Files.writeString(file, value + "\n");
    String then = read(name);
    if (!then.equals(value)) {
      throw new IOException("is \"" + then + "\" although \"" + value + "\" was written");
    }
  }
}
