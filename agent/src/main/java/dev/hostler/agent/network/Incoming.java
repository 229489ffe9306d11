package dev.hostler.agent.network;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** What a program sends before it is connected, bounded. For one thread. */
final class Incoming {
  /** More than any request that makes sense needs. */
  static final int MOST = 8 << 10;

  private final SocketChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(MOST).flip();
  private int taken;

  Incoming(SocketChannel channel) {
    this.channel = channel;
  }

  SocketChannel channel() {
    return channel;
  }

  /** The next byte, which stays; -1: the end. */
  int peek() throws IOException {
    return buffer.hasRemaining() || fill() ? buffer.get(buffer.position()) & 0xff : -1;
  }

  /** The next byte. */
  int next() throws IOException {
    int value = peek();
    if (value < 0) {
      throw new EOFException("cut off");
    }
    buffer.get();
    return value;
  }

  byte[] next(int count) throws IOException {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) next();
    }
    return bytes;
  }

  /** A line without its end (CRLF or LF). */
  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = next(); c != '\n'; c = next()) {
      line.append((char) c);
    }
    int end = line.length() - 1;
    return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
  }

  private boolean fill() throws IOException {
    if (taken >= MOST) {
      throw new IOException("a request of more than " + MOST + " bytes");
    }
    buffer.clear().limit(MOST - taken);
    int count = channel.read(buffer);
    buffer.flip();
    taken += Math.max(count, 0);
    return count > 0;
  }

  /** What was read already and belongs to the peer. */
  ByteBuffer rest() {
    return buffer;
  }

  void write(byte[] bytes) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    while (all.hasRemaining()) {
      channel.write(all);
    }
  }

  void write(String text) throws IOException {
    write(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
