package dev.hostler.controller.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hostler.common.time.TimeSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pool of connections to one PostgreSQL database. Thread-safe. */
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int TRIES = 5;
  private static final String SERIALIZATION_FAILURE = "40001";
  private static final String DEADLOCK_DETECTED = "40P01";

  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private Database(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool).installPlugin(new PostgresPlugin());
  }

  /**
   * Work in a transaction.
   *
   * @param <R> what it gives
   * @param <X> what it throws; rolls the transaction back
   */
  @FunctionalInterface
  public interface Work<R, X extends Exception> {
    /**
     * Does the work. May be called again after a deadlock: must change nothing but the database.
     */
    R in(Transaction transaction) throws X;
  }

  /**
   * Work in a transaction that gives nothing.
   *
   * @param <X> what it throws; rolls the transaction back
   */
  @FunctionalInterface
  public interface Action<X extends Exception> {
    /** See {@link Work#in}. */
    void in(Transaction transaction) throws X;
  }

  /**
   * Connects.
   *
   * @param poolSize most connections at a time; at least 1
   * @throws DatabaseException if the database cannot be reached
   */
  public static Database open(DatabaseAddress address, int poolSize) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("hostler");
    config.setJdbcUrl(address.jdbcUrl());
    config.setUsername(address.user());
    config.setPassword(address.password());
    config.setMaximumPoolSize(poolSize);
    config.setMinimumIdle(Math.min(2, poolSize));
    config.setAutoCommit(true);
    config.setConnectionTimeout(15_000);
    Properties driver = new Properties();
    driver.setProperty("ApplicationName", "hostler-controller");
    driver.setProperty("reWriteBatchedInserts", "true");
    driver.setProperty("tcpKeepAlive", "true");
    driver.setProperty("connectTimeout", "10");
    config.setDataSourceProperties(driver);
    try {
      return new Database(new HikariDataSource(config));
    } catch (RuntimeException e) {
      throw new DatabaseException("cannot connect to " + address + ": " + rootMessage(e), e);
    }
  }

  /**
   * Brings the schema up to date.
   *
   * @throws DatabaseException if a migration fails, or was changed after it had been applied
   */
  public void migrate() {
    try {
      Flyway.configure(Database.class.getClassLoader())
          .dataSource(pool)
          .locations("classpath:db/migration")
          .validateMigrationNaming(true)
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new DatabaseException("cannot migrate the database: " + e.getMessage(), e);
    }
  }

  /**
   * Runs {@code work} in one transaction (READ COMMITTED) and commits it; runs it again, up to five
   * times in all, when PostgreSQL ended it because of a deadlock.
   *
   * @throws X what {@code work} threw; everything is rolled back then
   */
  public <R, X extends Exception> R transact(Work<R, X> work) throws X {
    for (int attempt = 1; ; attempt++) {
      try {
        return once(work);
      } catch (RuntimeException e) {
        if (attempt == TRIES || !isConflict(e)) {
          throw e;
        }
        LOG.debug("transaction lost a conflict, try {} of {}", attempt, TRIES, e);
      }
    }
  }

  /** {@link #transact} for work that gives nothing. */
  public <X extends Exception> void execute(Action<X> action) throws X {
    transact(transaction -> {
      action.in(transaction);
      return Boolean.TRUE;
    });
  }

  private <R, X extends Exception> R once(Work<R, X> work) throws X {
    Transaction transaction;
    R result;
    try (Handle handle = jdbi.open()) {
      Transaction open = new Transaction(handle);
      transaction = open;
      result = handle.<R, X>inTransaction(_ -> work.in(open));
    }
    for (Runnable action : transaction.afterCommitActions()) {
      try {
        action.run();
      } catch (RuntimeException e) {
        LOG.error("an action after a commit failed; the commit stands", e);
      }
    }
    return result;
  }

  /**
   * Listens to a channel of NOTIFY until the result is closed.
   *
   * @param channel name of the channel, an SQL identifier
   * @param listener told each payload, and {@link Notices#MISSED} whenever some may have been
   *     missed
   */
  public Notices listen(String channel, Consumer<String> listener, TimeSource time) {
    return new Notices(pool, channel, listener, time).start();
  }

  /** Measures the pool from now on. Call it once. */
  public void measure(MeterRegistry registry) {
    pool.setMetricRegistry(registry);
  }

  /** Can a query be answered within {@code timeoutSeconds}? */
  public boolean isReachable(int timeoutSeconds) {
    try (Connection connection = pool.getConnection()) {
      return connection.isValid(timeoutSeconds);
    } catch (SQLException e) {
      LOG.debug("database not reachable", e);
      return false;
    }
  }

  /** Closes every connection. Idempotent. */
  @Override
  public void close() {
    pool.close();
  }

  private static boolean isConflict(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql
          && (SERIALIZATION_FAILURE.equals(sql.getSQLState())
              || DEADLOCK_DETECTED.equals(sql.getSQLState()))) {
        return true;
      }
    }
    return false;
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
