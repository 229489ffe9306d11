package dev.hostler.agent.snapshot;

import java.io.IOException;

/** A snapshot could not be taken, found or restored. */
public final class SnapshotException extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean space;

  SnapshotException(String message, boolean space) {
    super(message);
    this.space = space;
  }

  /** Is it for lack of room on the disk? */
  public boolean space() {
    return space;
  }
}
