package dev.hostler.controller.db;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * An open transaction. Services pass it on; only stores look inside. Not thread-safe, and useless
 * after the work that it was given to has returned.
 */
public final class Transaction {
  private final Handle handle;
  private final List<Runnable> afterCommit = new ArrayList<>();

  Transaction(Handle handle) {
    this.handle = handle;
  }

  /** The jdbi handle, for stores. */
  public Handle handle() {
    return handle;
  }

  /**
   * Runs {@code action} once the transaction is committed, in order of registration, in the same
   * thread; never if it is rolled back. For hints to other components: a failure is logged and
   * changes nothing.
   */
  public void afterCommit(Runnable action) {
    afterCommit.add(action);
  }

  List<Runnable> afterCommitActions() {
    return afterCommit;
  }
}
