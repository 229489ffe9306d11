package dev.hostler.agent.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.LongConsumer;

/**
 * Carries bytes between a program and its peer until both have ended, or one has broken. What is
 * read is written before more is read: a slow reader slows its writer.
 */
final class Relay {
  private Relay() {}

  static void run(Incoming program, Reach.Connected peer) throws InterruptedException {
    Thread back =
        Thread.ofVirtual()
            .name("relay")
            .start(() ->
                carry(
                    ByteBuffer.allocate(Incoming.MOST).flip(),
                    peer.channel(),
                    program.channel(),
                    peer.count()::received));
    carry(program.rest(), program.channel(), peer.channel(), peer.count()::sent);
    back.join();
  }

  /**
   * One direction.
   *
   * @param buffer with what was read already
   */
  private static void carry(
      ByteBuffer buffer, SocketChannel from, SocketChannel to, LongConsumer count) {
    try {
      do {
        while (buffer.hasRemaining()) {
          count.accept(to.write(buffer));
        }
      } while (from.read(buffer.clear()) >= 0 && buffer.flip().hasRemaining());
      to.shutdownOutput();
    } catch (IOException _) {
      close(from);
      close(to);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // Nothing of it is needed any more.
    }
  }
}
