package dev.hostler.controller.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The databases of the embedded PostgreSQL. Thread-safe. */
final class PostgresDatabases {
  private static final String ROLE = "hostler";

  private final int port;
  private final String password;

  PostgresDatabases(int port, String password) {
    this.port = port;
    this.password = password;
  }

  /** Where a database is. */
  DatabaseAddress address(String database) {
    return new DatabaseAddress(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database, ROLE, password);
  }

  /**
   * Makes a database; nothing if it is there.
   *
   * @param template copy of which it is; null: empty
   */
  void create(String name, @Nullable String template) {
    try (Connection connection = connect("postgres");
        var find = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?");
        var make = connection.createStatement()) {
      find.setString(1, name);
      if (!find.executeQuery().next()) {
        make.execute("CREATE DATABASE " + name + (template == null ? "" : " TEMPLATE " + template));
      }
    } catch (SQLException e) {
      throw new DatabaseException("cannot create database " + name + ": " + e.getMessage(), e);
    }
  }

  /** Drops a database and whoever uses it; nothing if there is none. */
  void drop(String name) {
    try (Connection connection = connect("postgres");
        var statement = connection.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    } catch (SQLException e) {
      throw new DatabaseException("cannot drop database " + name + ": " + e.getMessage(), e);
    }
  }

  /** A connection of its own. */
  Connection connect(String database) throws SQLException {
    DatabaseAddress to = address(database);
    return DriverManager.getConnection(to.jdbcUrl(), to.user(), to.password());
  }
}
