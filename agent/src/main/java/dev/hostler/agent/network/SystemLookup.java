package dev.hostler.agent.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The C library's lookup, on a few threads of its own: it blocks in native code, for as long as
 * name servers are silent, and must not keep the agent's other work waiting. Thread-safe.
 */
final class SystemLookup implements NameLookup {
  private static final int THREADS = 4;
  private static final int WAITING = 64;
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int MOST_ADDRESSES = 16;

  static final SystemLookup INSTANCE = new SystemLookup();

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          LIMIT.toSeconds(),
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(WAITING),
          Thread.ofPlatform().daemon().name("lookup-", 0).factory());

  private SystemLookup() {
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public List<InetAddress> lookup(String name) throws UnknownHostException, InterruptedException {
    try {
      Future<InetAddress[]> answer = threads.submit(() -> InetAddress.getAllByName(name));
      return Arrays.stream(answer.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS))
          .distinct()
          .limit(MOST_ADDRESSES)
          .toList();
    } catch (TimeoutException _) {
      throw new UnknownHostException(name + ": no answer within " + LIMIT.toSeconds() + " s");
    } catch (RejectedExecutionException _) {
      throw new UnknownHostException(name + ": too many questions at once");
    } catch (ExecutionException e) {
      throw new UnknownHostException(name + ": " + e.getCause());
    }
  }
}
