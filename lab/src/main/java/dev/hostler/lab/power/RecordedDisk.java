package dev.hostler.lab.power;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * A disk of zeros of which every write and every flush is recorded: qemu-storage-daemon shows it as
 * a file, and the kernel makes a block device of that. A flush of the file system arrives there as
 * an fsync of the file. Not thread-safe.
 */
final class RecordedDisk implements AutoCloseable {
  /** Where the file system begins; before it there are marks. */
  static final int START = 1 << 20;

  private static final long LOG_BYTES = 8L << 30; // with holes
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path folder;
  private final Path shown;
  private final Process daemon;
  private String device = "";

  private RecordedDisk(Path folder, Process daemon) {
    this.folder = folder;
    this.shown = folder.resolve("shown");
    this.daemon = daemon;
  }

  /**
   * Makes one.
   *
   * @param folder for what it needs
   */
  static RecordedDisk make(Path folder, long bytes, TimeSource time)
      throws IOException, InterruptedException {
    Path disk = sparse(folder.resolve("recorded.img"), bytes);
    Path log = sparse(folder.resolve("writes.log"), LOG_BYTES);
    Path shown = sparse(folder.resolve("shown"), 0);
    Process daemon =
        new ProcessBuilder(
                "qemu-storage-daemon",
                "--blockdev",
                "driver=file,node-name=disk,filename=" + disk,
                "--blockdev",
                "driver=file,node-name=log,filename=" + log,
                "--blockdev",
                "driver=blklogwrites,node-name=recorded,file=disk,log=log,log-sector-size=512",
                "--export",
                "type=fuse,id=shown,node-name=recorded,writable=on,mountpoint=" + shown)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("daemon.log").toFile())
            .start();
    RecordedDisk made = new RecordedDisk(folder, daemon);
    try {
      long end = time.nanoTime() + PATIENCE.toNanos();
      while (Files.size(shown) != bytes) {
        if (!daemon.isAlive() || time.nanoTime() > end) {
          throw new IOException(
              "qemu-storage-daemon shows no disk: "
                  + Files.readString(folder.resolve("daemon.log")));
        }
        time.sleep(Duration.ofMillis(10));
      }
      made.device =
          Tool.run("losetup", "--find", "--show", "--offset", "" + START, shown.toString()).strip();
      return made;
    } catch (IOException | InterruptedException e) {
      made.close();
      throw e;
    }
  }

  private static Path sparse(Path file, long bytes) throws IOException {
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(bytes);
    }
    return file;
  }

  /** Of the file system. */
  String device() {
    return device;
  }

  /** Notes among the writes that something is done. */
  void mark(String what) throws IOException {
    ByteBuffer sector = ByteBuffer.allocate(512);
    sector.put(what.getBytes(StandardCharsets.UTF_8)).rewind();
    try (FileChannel file = FileChannel.open(shown, StandardOpenOption.WRITE)) {
      file.write(sector, 0);
    }
  }

  /** Is it a mark, not a write of the file system? */
  static boolean isMark(WriteLog.Entry entry) {
    return entry.length() > 0 && entry.position() < START;
  }

  /** What a mark says. */
  static String text(ByteBuffer sector) {
    return StandardCharsets.UTF_8.decode(sector).toString().strip().replace("\0", "");
  }

  /** Ends it, and what it has recorded. What was mounted must not be any more. */
  WriteLog recorded() throws IOException {
    close();
    return new WriteLog(folder.resolve("writes.log"));
  }

  @Override
  public void close() throws IOException {
    if (!device.isEmpty()) {
      Tool.putAway("losetup", "--detach", device);
      device = "";
    }
    daemon.destroy(); // it writes the head of the log, and ends
    daemon.onExit().join();
  }
}
