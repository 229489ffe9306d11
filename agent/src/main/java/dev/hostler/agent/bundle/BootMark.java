package dev.hostler.agent.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Says in which run of the machine's kernel a folder was filled. What was written there and not
 * flushed is whole until that run ends, however it ends for the agent, and may be anything after
 * it: the mark itself, which is not flushed either, is then another one or none.
 */
final class BootMark {
  private static final String FILE = "boot";
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private BootMark() {}

  /** Was the folder filled since the machine was started? */
  static boolean isSet(Path folder) throws IOException {
    try {
      return Files.readString(folder.resolve(FILE)).equals(current());
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  /** The folder was filled just now. */
  static void set(Path folder) throws IOException {
    Files.writeString(folder.resolve(FILE), current());
  }

  private static String current() throws IOException {
    return Files.readString(BOOT_ID).strip();
  }
}
