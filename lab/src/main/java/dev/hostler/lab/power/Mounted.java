package dev.hostler.lab.power;

import java.io.IOException;
import java.nio.file.Path;

/** A file system that is mounted until this is closed. */
record Mounted(Path at) implements AutoCloseable {

  /** Mounts a device, or an image of a whole disk. */
  static Mounted mount(String what, Path at) throws IOException, InterruptedException {
    String options =
        what.startsWith("/dev/") ? "noatime" : "noatime,loop,offset=" + RecordedDisk.START;
    Tool.run("mount", "-o", options, what, at.toString());
    return new Mounted(at);
  }

  @Override
  public void close() throws IOException {
    Tool.putAway("umount", at.toString());
  }
}
