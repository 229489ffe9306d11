package dev.hostler.controller.db;

import com.zaxxer.hikari.HikariDataSource;
import dev.hostler.common.time.Backoff;
import dev.hostler.common.time.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to one channel of PostgreSQL's NOTIFY on a connection of its own, in one thread. What was
 * said while the connection was broken is lost; the listener is told so.
 */
public final class Notices implements AutoCloseable {
  /** Told after each (re)connect: anything may have been missed. */
  public static final String MISSED = "";

  private static final Logger LOG = LoggerFactory.getLogger(Notices.class);
  private static final int WAIT_MILLIS = 500;

  private final HikariDataSource pool;
  private final String channel;
  private final Consumer<String> listener;
  private final TimeSource time;
  private final Thread thread;
  private volatile boolean closed;

  Notices(HikariDataSource pool, String channel, Consumer<String> listener, TimeSource time) {
    this.pool = pool;
    this.channel = channel;
    this.listener = listener;
    this.time = time;
    this.thread = Thread.ofPlatform().name("notices-" + channel).daemon().unstarted(this::run);
  }

  Notices start() {
    thread.start();
    return this;
  }

  private void run() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), new Random());
    while (!closed) {
      try (Connection connection = pool.getConnection()) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("LISTEN " + channel);
        }
        tell(MISSED);
        backoff.reset();
        listen(connection.unwrap(PGConnection.class));
        try (Statement statement = connection.createStatement()) {
          statement.execute("UNLISTEN *");
        }
      } catch (SQLException e) {
        if (closed) {
          return;
        }
        LOG.warn("not listening to {}, trying again: {}", channel, e.getMessage());
        try {
          time.sleep(backoff.next());
        } catch (InterruptedException _) {
          return;
        }
      }
    }
  }

  private void listen(PGConnection connection) throws SQLException {
    while (!closed) {
      for (PGNotification notice : connection.getNotifications(WAIT_MILLIS)) {
        tell(notice.getParameter());
      }
    }
  }

  private void tell(String payload) {
    try {
      listener.accept(payload);
    } catch (RuntimeException e) {
      LOG.error("a listener to {} failed", channel, e);
    }
  }

  /** Stops listening. Idempotent. */
  @Override
  public void close() {
    closed = true;
    try {
      if (!thread.join(Duration.ofSeconds(2))) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
