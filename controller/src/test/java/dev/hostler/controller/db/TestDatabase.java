package dev.hostler.controller.db;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fresh, migrated database for a test class:
 *
 * <pre>
 * &#64;RegisterExtension static final TestDatabase DB = new TestDatabase();
 * ... DB.database().transact(tx -> ...)
 * </pre>
 */
public final class TestDatabase implements BeforeAllCallback, AfterAllCallback {
  private String name;
  private Database database;

  /** The pool. */
  public Database database() {
    return database;
  }

  /** For a second pool, or a whole controller on this database. */
  public DatabaseAddress address() {
    return TestPostgres.get().address(name);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    name = TestPostgres.get().newDatabase();
    database = Database.open(address(), 8);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    database.close();
    TestPostgres.get().drop(name);
  }
}
