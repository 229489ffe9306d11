package dev.hostler.controller.job;

import java.util.Collection;
import java.util.Map;
import java.util.UUID;

/** Carries work to the hosts that are connected to this controller. Thread-safe. */
public interface Dispatcher {

  /**
   * What a host has asked for on one stream.
   *
   * @param session number of the stream: what was claimed for one stream is never sent on another,
   *     because a host that connects anew has already said what it holds
   * @param free how many tasks more it takes; positive
   */
  record Slots(long session, int free) {}

  /**
   * How many tasks more these hosts take. Hosts that are not connected here or take none are left
   * out.
   */
  Map<UUID, Slots> slots(Collection<UUID> hosts);

  /** {@link #slots(Collection)} of every connected host. */
  Map<UUID, Slots> slots();

  /**
   * Puts an assignment on its host's stream and takes one slot. Never waits.
   *
   * @return false if that stream is gone or has no slot: nothing was sent then, nor will be
   */
  boolean assign(long session, Assignment assignment);

  /** Asks a host to end an attempt. Does nothing if the host is not connected here. Never waits. */
  void cancel(UUID hostId, AttemptRef ref);

  /** The hosts connected here. */
  Collection<UUID> connected();
}
