package dev.hostler.agent.sandbox.cgroup;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Names and helpers for sub-trees of a test's own. */
final class CgroupTrees {
  private CgroupTrees() {}

  static String uniqueName() {
    return "hostler-test-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  /** A shell in the group, with this script. */
  static Process shellIn(Cgroup group, String script) throws Exception {
    Process process =
        new ProcessBuilder("/bin/sh", "-c", "read go; " + script)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    for (Path directory : group.directories()) {
      CgroupFiles.write(directory.resolve("cgroup.procs"), Long.toString(process.pid()));
    }
    process.outputWriter().append("go\n").flush();
    return process;
  }
}
