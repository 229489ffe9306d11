package dev.hostler.agent.sandbox.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes a group's directories and sets its limits, or leaves nothing behind. */
final class Creation {
  /** Sets limits. */
  interface Limiting {
    void apply() throws CgroupUnsupportedException, IOException;
  }

  private Creation() {}

  static void of(Cgroup group, Limiting limiting)
      throws CgroupUnsupportedException, IOException, InterruptedException {
    for (Path directory : group.directories()) {
      if (Files.exists(directory)) {
        throw new IOException(
            "cgroup " + directory + " exists already; kill and remove what an earlier run left");
      }
    }
    boolean done = false;
    try {
      for (Path directory : group.directories()) {
        Files.createDirectory(directory);
      }
      limiting.apply();
      done = true;
    } finally {
      if (!done) {
        group.remove();
      }
    }
  }
}
