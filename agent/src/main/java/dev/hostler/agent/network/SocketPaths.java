package dev.hostler.agent.network;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Unix sockets at paths of any length. */
final class SocketPaths {
  /** What the kernel takes (unix(7)), without the NUL at its end. */
  private static final int LONGEST = 107;

  private SocketPaths() {}

  /** Binds to a path; a long one by way of a link, in a folder that only this user can enter. */
  static void bind(ServerSocketChannel door, Path socket, int backlog) throws IOException {
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
      door.bind(UnixDomainSocketAddress.of(socket), backlog);
      return;
    }
    Path folder = Files.createTempDirectory("hostler-");
    Path link = folder.resolve("l");
    try {
      Files.createSymbolicLink(link, socket.toAbsolutePath().getParent());
      door.bind(UnixDomainSocketAddress.of(link.resolve(socket.getFileName())), backlog);
    } finally {
      Files.deleteIfExists(link);
      Files.delete(folder);
    }
  }
}
