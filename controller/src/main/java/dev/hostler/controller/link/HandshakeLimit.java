package dev.hostler.controller.link;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Accepts no more connections at a time than shake hands well; the others wait in the kernel's
 * queue. A whole fleet that comes back at once would else share the CPUs among so many handshakes
 * that none is done in time, and would try again in step (teleport#6255). Thread-safe.
 */
final class HandshakeLimit extends ServerTransportFilter {
  private final int most;
  private final AtomicInteger open = new AtomicInteger();
  private final ConcurrentMap<SocketAddress, Runnable> waiting = new ConcurrentHashMap<>();
  private final EventLoopGroup boss = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoopGroup workers = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
  private final HandshakeWatch.Listener refused;
  private volatile @Nullable Gate gate;

  /**
   * A limit for one port.
   *
   * @param most handshakes at a time
   * @param refused told of those that failed because of the other side's certificate
   */
  HandshakeLimit(int most, HandshakeWatch.Listener refused) {
    this.most = most;
    this.refused = refused;
  }

  /** Makes a server keep to it. Once. */
  NettyServerBuilder limit(NettyServerBuilder builder) {
    return builder
        .bossEventLoopGroup(boss)
        .workerEventLoopGroup(workers)
        .channelFactory(Gate::new)
        .addTransportFilter(this);
  }

  /** How many have begun and are not done. */
  int open() {
    return open.get();
  }

  /** The handshake is done: TLS and the HTTP/2 preface. */
  @Override
  public Attributes transportReady(Attributes attributes) {
    SocketAddress from = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    Runnable done = from == null ? null : waiting.remove(from);
    if (done != null) {
      done.run();
    }
    return attributes;
  }

  private void accepted(Channel child) {
    HandshakeWatch.add(child.pipeline(), refused);
    SocketAddress from = child.remoteAddress();
    AtomicBoolean once = new AtomicBoolean();
    Runnable done =
        () -> {
          if (once.compareAndSet(false, true)) {
            open.decrementAndGet();
            Gate present = gate;
            if (present != null) {
              present.reopen();
            }
          }
        };
    open.incrementAndGet();
    if (from != null) {
      waiting.put(from, done);
    }
    child
        .closeFuture()
        .addListener(_ -> {
          if (from != null) {
            waiting.remove(from, done);
          }
          done.run();
        });
  }

  /** Ends the threads, after the server has ended. */
  void close() {
    var _ = boss.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    var _ = workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** The listening socket. */
  private final class Gate extends NioServerSocketChannel {
    Gate() {
      gate = this;
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
      if (open.get() >= most) {
        // Without interest in more the selector does not spin; whoever is done asks again.
        config().setAutoRead(false);
        if (open.get() < most) {
          config().setAutoRead(true);
        }
        return 0;
      }
      int before = accepted.size();
      int read = super.doReadMessages(accepted);
      accepted.subList(before, accepted.size()).stream()
          .map(Channel.class::cast)
          .forEach(HandshakeLimit.this::accepted);
      return read;
    }

    void reopen() {
      if (!config().isAutoRead() && isRegistered()) {
        eventLoop().execute(() -> config().setAutoRead(true));
      }
    }
  }
}
