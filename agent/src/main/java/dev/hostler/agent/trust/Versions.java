package dev.hostler.agent.trust;

import dev.hostler.trust.bundle.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The highest version of each bundle that this host has run. Survives restarts. Thread-safe. */
final class Versions {
  private final StateFile file;
  private final SortedMap<String, Version> highest = new TreeMap<>();

  private Versions(StateFile file) {
    this.file = file;
  }

  static Versions open(Path path) throws IOException {
    Versions versions = new Versions(new StateFile(path));
    List<byte[]> parts = versions.file.read();
    try {
      for (int i = 0; i + 1 < parts.size(); i += 2) {
        versions.highest.put(text(parts.get(i)), Version.parse(text(parts.get(i + 1))));
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(path + ": " + e.getMessage(), e);
    }
    return versions;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  synchronized @Nullable Version highest(String name) {
    return highest.get(name);
  }

  /**
   * Remembers a version, durably; does nothing if a higher one is known.
   *
   * @throws IOException if it cannot be made durable
   */
  synchronized void saw(String name, Version version) throws IOException {
    Version before = highest.get(name);
    if (before != null && before.compareTo(version) >= 0) {
      return;
    }
    SortedMap<String, Version> next = new TreeMap<>(highest);
    next.put(name, version);
    List<byte[]> parts = new ArrayList<>();
    next.forEach((bundle, one) -> {
      parts.add(bundle.getBytes(StandardCharsets.UTF_8));
      parts.add(one.toString().getBytes(StandardCharsets.UTF_8));
    });
    file.write(parts);
    highest.put(name, version);
  }
}
