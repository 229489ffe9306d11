package dev.hostler.agent.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this host's kernel knows.
 *
 * @param lastCapability the highest capability number that it enforces
 */
record HostLimits(int lastCapability) {
  private static final Pattern OPEN_FILES = Pattern.compile("Max open files +\\S+ +(\\S+) .*");
  private static final long LEAST_OPEN_FILES = 1024;

  static HostLimits ofHost() throws IOException {
    // One read with room for all of it: the kernel gives nothing to a second, and Files.readString
    // starts with a single byte where the size is said to be 0.
    try (InputStream in = Files.newInputStream(Path.of("/proc/sys/kernel/cap_last_cap"))) {
      String last = new String(in.readNBytes(32), StandardCharsets.US_ASCII);
      return new HostLimits(Integer.parseInt(last.strip()));
    }
  }

  /** This program's own hard limit of open files (proc(5), limits); 1024 if it cannot be read. */
  static long ownOpenFiles() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        Matcher matcher = OPEN_FILES.matcher(line);
        if (matcher.matches()) {
          return matcher.group(1).equals("unlimited")
              ? Rlimit.INFINITY
              : Long.parseLong(matcher.group(1));
        }
      }
    } catch (IOException e) {
      return LEAST_OPEN_FILES;
    }
    return LEAST_OPEN_FILES;
  }

  /** Refuses what the kernel could not enforce. */
  void check(SandboxSpec spec) throws SandboxUnsupportedException {
    for (Capability capability : spec.capabilities()) {
      if (capability.number() > lastCapability) {
        throw new SandboxUnsupportedException(
            "capability", capability.kernelName(), "this kernel does not know it; do without");
      }
    }
  }
}
