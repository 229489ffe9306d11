package dev.hostler.agent.network;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on a Unix socket, which one sandbox sees, and serves each connection on a virtual thread:
 * HTTP CONNECT, SOCKS5 and questions about names, told apart by their first byte. Thread-safe.
 */
final class ProxyServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ProxyServer.class);

  private static final int BACKLOG = 512;

  /** Connections of an attempt that may still be saying what they want, or asking for names. */
  private static final int SPARE = 16;

  /** So long a program may take to say what it wants, of which connecting is no part. */
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final ServerSocketChannel door;
  private final Switchboard switchboard;
  private final Semaphore places;
  private final Semaphore own;
  private final TimeSource time;

  /** Since when they are open without a peer; the peer's once there is one. */
  private final Map<SocketChannel, Conversation> open = new ConcurrentHashMap<>();

  private static final class Conversation {
    private final long since;
    private volatile Reach.@Nullable Connected peer;

    Conversation(long since) {
      this.since = since;
    }
  }

  /**
   * Listens from now on.
   *
   * @param socket replaced if it is there; its folder must be one that only the sandbox sees
   * @param connections to peers at once
   * @param places of connections on the whole host
   */
  ProxyServer(
      Path socket, Switchboard switchboard, int connections, Semaphore places, TimeSource time)
      throws IOException {
    this.switchboard = switchboard;
    this.own = new Semaphore(connections + SPARE);
    this.places = places;
    this.time = time;
    Files.deleteIfExists(socket);
    door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      SocketPaths.bind(door, socket, BACKLOG);
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    } catch (IOException | RuntimeException e) {
      door.close();
      throw e;
    }
    Thread.ofVirtual().name("proxy").start(this::accept);
  }

  private void accept() {
    try {
      while (door.isOpen()) {
        SocketChannel program = take();
        if (!own.tryAcquire()) {
          program.close();
          continue;
        }
        if (!places.tryAcquire()) {
          own.release();
          program.close(); // the host has as many as it can have
          continue;
        }
        Conversation conversation = new Conversation(time.nanoTime());
        open.put(program, conversation);
        Thread.ofVirtual().name("proxied").start(() -> serve(program, conversation));
      }
    } catch (ClosedChannelException _) {
      log.trace("closed");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.error("the proxy of an attempt ends: {}", e.toString());
    }
  }

  /** The next one; waits where the agent has no descriptor to spare for it. */
  private SocketChannel take() throws IOException, InterruptedException {
    while (true) {
      try {
        return door.accept();
      } catch (ClosedChannelException e) {
        throw e;
      } catch (IOException e) {
        log.warn("a program's connection cannot be taken: {}", e.toString());
        time.sleep(PAUSE);
      }
    }
  }

  private void serve(SocketChannel program, Conversation conversation) {
    Reach.Connected peer = null;
    try (program) {
      Incoming in = new Incoming(program);
      int first = in.peek();
      if (first == Socks5.VERSION) {
        peer = Socks5.serve(in, switchboard);
      } else if (first >= 'A' && first <= 'Z') {
        peer = HttpConnect.serve(in, switchboard);
      } else if (first >= 0 && first < Socks5.VERSION) {
        DnsAnswers.serve(in, switchboard);
      } else if (first >= 0) {
        switchboard.senseless("a first byte of " + first + ": neither HTTP nor SOCKS5");
      }
      if (peer != null) {
        conversation.peer = peer;
        Relay.run(in, peer);
      }
    } catch (IOException e) {
      log.debug("a program's connection ends: {}", e.toString());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      end(peer);
      open.remove(program);
      places.release();
      own.release();
    }
  }

  private void end(Reach.@Nullable Connected peer) {
    if (peer != null) {
      try {
        switchboard.done(peer);
      } catch (IOException e) {
        log.debug("closing a connection to a peer: {}", e.toString());
      }
    }
  }

  /** Closes what has not said for too long what it wants. */
  void closeSilent() {
    long now = time.nanoTime();
    open.forEach((program, conversation) -> {
      if (conversation.peer == null && now - conversation.since > REQUEST_LIMIT.toNanos()) {
        close(program);
      }
    });
  }

  @Override
  public void close() {
    close(door);
    open.forEach((program, conversation) -> {
      close(program);
      Reach.Connected peer = conversation.peer;
      if (peer != null) {
        close(peer.channel());
      }
    });
  }

  private static void close(AutoCloseable channel) {
    try {
      channel.close();
    } catch (Exception e) {
      log.debug("closing: {}", e.toString());
    }
  }
}
