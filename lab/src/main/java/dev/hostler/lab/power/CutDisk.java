package dev.hostler.lab.power;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The disk as it is when the power fails at some entry of a log: all that was flushed is there, and
 * of what came after the last flush any part. Goes forward only. Not thread-safe.
 */
final class CutDisk {
  private final WriteLog log;
  private final List<WriteLog.Entry> entries;
  private final Path flushed;
  private final long bytes;
  private int applied;

  CutDisk(WriteLog log, Path folder, long bytes) {
    this.log = log;
    this.entries = log.entries();
    this.flushed = folder.resolve("flushed.img");
    this.bytes = bytes;
  }

  /**
   * Makes its image.
   *
   * @param before entries up to this one were begun
   * @param kept of those after the last flush: which are on the medium
   */
  void make(int before, IntPredicate kept, Path image) throws IOException, InterruptedException {
    int safe = before;
    while (safe > 0 && !entries.get(safe - 1).flush()) {
      safe--;
    }
    if (safe < applied) {
      throw new IllegalArgumentException("only forward");
    }
    try (FileChannel file =
        FileChannel.open(flushed, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (; applied < safe; applied++) {
        write(file, entries.get(applied));
      }
    }
    Tool.run("truncate", "--size", "" + bytes, flushed.toString());
    Tool.run("cp", "--sparse=always", "--reflink=auto", flushed.toString(), image.toString());
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
      for (int i = safe; i < before; i++) {
        if (entries.get(i).durable() || kept.test(i)) {
          write(file, entries.get(i));
        }
      }
    }
  }

  private void write(FileChannel file, WriteLog.Entry entry) throws IOException {
    if (entry.length() > 0) {
      file.write(log.bytes(entry), entry.position());
    }
  }
}
