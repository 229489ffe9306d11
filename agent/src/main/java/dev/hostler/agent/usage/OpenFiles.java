package dev.hostler.agent.usage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Open descriptors of processes, and how many of them are sockets: by the links in /proc/PID/fd,
 * because the tables below /proc/PID/net take milliseconds.
 *
 * @param files descriptors
 * @param sockets those that are sockets
 */
record OpenFiles(int files, int sockets) {
  /** Processes that are looked at: more of one attempt are not worth the time. */
  static final int PROCESSES = 64;

  private static final int LINKS = 4096;
  private static final Path PROC = Path.of("/proc");

  /** Of these processes; what has ended meanwhile counts as having none. */
  static OpenFiles of(int[] pids) {
    int files = 0;
    int sockets = 0;
    for (int pid : pids) {
      if (files >= LINKS) {
        break;
      }
      try (DirectoryStream<Path> links =
          Files.newDirectoryStream(PROC.resolve(Integer.toString(pid)).resolve("fd"))) {
        for (Path link : links) {
          files++;
          if (isSocket(link)) {
            sockets++;
          }
          if (files >= LINKS) {
            break;
          }
        }
      } catch (IOException | DirectoryIteratorException _) {
        // It has ended.
      }
    }
    return new OpenFiles(files, sockets);
  }

  private static boolean isSocket(Path link) {
    try {
      return Files.readSymbolicLink(link).toString().startsWith("socket:");
    } catch (IOException _) {
      return false;
    }
  }
}
