package dev.hostler.agent.network;

import dev.hostler.agent.network.Reach.Why;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Connects one attempt to its peers, as far as that is permitted. Thread-safe. */
final class Switchboard {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  private static final int MOST_TRIED = 4;

  private final AllowList list;
  private final Tally tally;
  private final RefusedPeers refused;
  private final Semaphore free;
  private final int connections;
  private final TimeSource time;
  private final Runnable denied;

  /**
   * Makes one.
   *
   * @param connections at once at most
   * @param denied called after something of a new kind was denied
   */
  Switchboard(
      AllowList list,
      Tally tally,
      RefusedPeers refused,
      int connections,
      TimeSource time,
      Runnable denied) {
    this.list = list;
    this.tally = tally;
    this.refused = refused;
    this.free = new Semaphore(connections);
    this.connections = connections;
    this.time = time;
    this.denied = denied;
  }

  Reach reach(Target target) throws InterruptedException {
    InetAddress address = target.address();
    AllowList.Decision decision =
        address == null
            ? list.byName(target.name(), target.port())
            : list.byAddress(address, target.port());
    return switch (decision) {
      case AllowList.Decision.Denied(String why) -> deny(target + ": " + why, false);
      case AllowList.Decision.Unknown(String why) -> new Reach.Failed(Why.UNKNOWN, why);
      case AllowList.Decision.Let(List<InetAddress> addresses) -> connect(target, addresses);
    };
  }

  /** Notes a wish that makes no sense. */
  void senseless(String what) {
    deny(what, false);
  }

  private Reach deny(String what, boolean routine) {
    note("connect", what, routine);
    return new Reach.Failed(Why.DENIED, what);
  }

  private void note(String call, String what, boolean routine) {
    tally.refused();
    if (refused.add(call, what, routine, time.instant())) {
      denied.run();
    }
  }

  private Reach connect(Target target, List<InetAddress> addresses) {
    if (!free.tryAcquire()) {
      // A limit that is reached is no sign of ill will.
      String what = target + ": more than " + connections + " connections at once";
      note("connect", what, true);
      return new Reach.Failed(Why.BUSY, what);
    }
    Reach.Failed failed = new Reach.Failed(Why.UNREACHABLE, target.toString());
    for (InetAddress address : addresses.subList(0, Math.min(MOST_TRIED, addresses.size()))) {
      try {
        return new Reach.Connected(
            open(new InetSocketAddress(address, target.port())), tally.open(target.toString()));
      } catch (IOException e) {
        failed = new Reach.Failed(why(e), target + ": " + e.getMessage());
      }
    }
    free.release();
    return failed;
  }

  private static Why why(IOException e) {
    return switch (e) {
      case ConnectException _ -> Why.REFUSED;
      case SocketTimeoutException _ -> Why.SILENT;
      default -> Why.UNREACHABLE;
    };
  }

  private static SocketChannel open(InetSocketAddress to) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(to, Math.toIntExact(CONNECT_LIMIT.toMillis()));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Gives back the place of a connection that {@link #reach} made. */
  void done(Reach.Connected connected) throws IOException {
    free.release();
    connected.count().close();
    connected.channel().close();
  }

  /**
   * The addresses of a declared name; of no other name anybody is asked.
   *
   * @param routine do libraries ask for such a thing by themselves?
   * @throws UnknownHostException if there is none that the program may know
   */
  List<InetAddress> lookup(String name, boolean routine)
      throws UnknownHostException, InterruptedException {
    if (!list.knows(name)) {
      note("lookup", name + ": not in the allow-list", routine || name.indexOf('.') < 0);
      throw new UnknownHostException(name);
    }
    return list.addresses(name);
  }
}
