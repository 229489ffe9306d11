package dev.hostler.controller.db;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a directory to one controller; the kernel lets go of it when the process ends. */
final class DirectoryLock implements AutoCloseable {
  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes a directory.
   *
   * @throws DatabaseException if another controller has it
   */
  static DirectoryLock of(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return new DirectoryLock(channel);
      }
    } catch (OverlappingFileLockException _) {
      // this very process has it: the same message
    }
    channel.close();
    throw new DatabaseException(
        "another controller uses the data directory "
            + directory
            + " (it holds the file lock); stop it, or set another data_dir");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
