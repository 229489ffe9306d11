package dev.hostler.controller.host;

import dev.hostler.controller.db.Transaction;

/** Who must change something of its own when a host is removed. */
@FunctionalInterface
public interface HostRemovalListener {

  /** Called in the transaction of the removal; a failure undoes it. */
  void onRemoval(Transaction transaction, Host host);
}
