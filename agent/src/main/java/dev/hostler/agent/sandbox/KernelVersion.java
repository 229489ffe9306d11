package dev.hostler.agent.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel's version, as far as it matters.
 *
 * @param major first number
 * @param minor second number
 */
record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {
  /** The first with cgroup.kill, mount_setattr and everything else that the launcher needs. */
  static final KernelVersion OLDEST = new KernelVersion(5, 14);

  private static final Pattern RELEASE = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4}).*");

  static KernelVersion ofHost() throws IOException {
    return parse(Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
  }

  static KernelVersion parse(String release) {
    Matcher matcher = RELEASE.matcher(release);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("kernel release \"" + release + "\": no version in it");
    }
    return new KernelVersion(
        Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  void check() throws SandboxUnsupportedException {
    if (compareTo(OLDEST) < 0) {
      throw new SandboxUnsupportedException(
          "kernel", this, "sandboxed work needs Linux " + OLDEST + " or later");
    }
  }

  @Override
  public int compareTo(KernelVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
