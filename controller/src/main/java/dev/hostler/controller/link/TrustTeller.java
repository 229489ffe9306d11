package dev.hostler.controller.link;

import dev.hostler.proto.v1.ControllerFrame;
import org.jspecify.annotations.Nullable;

/** Tells one stream what is fresh and what was revoked, each state once. Thread-safe. */
final class TrustTeller {
  private final AgentSessions sessions;
  private final Outbound outbound;
  private @Nullable ControllerFrame told;
  private boolean open;

  TrustTeller(AgentSessions sessions, Outbound outbound) {
    this.sessions = sessions;
    this.outbound = outbound;
  }

  /** From here on things may be told: Welcome, which comes first, was sent. Tells them. */
  synchronized void open() {
    open = true;
    tell();
  }

  /** Tells what is new since the last time; nothing before {@link #open}. */
  synchronized void tell() {
    if (!open) {
      return;
    }
    ControllerFrame now = sessions.trust().orElse(null);
    if (now != null && !now.equals(told)) {
      outbound.send(now);
      told = now;
    }
  }
}
