package dev.hostler.agent.sandbox.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether the host swaps at all: where it does not, a swap limit that the kernel lacks is no loss.
 *
 * @param swaps normally {@code /proc/swaps}: a heading and one line per swap area
 */
record SwapUse(Path swaps) {
  boolean isActive() throws IOException {
    return Files.exists(swaps) && Files.readAllLines(swaps).size() > 1;
  }
}
