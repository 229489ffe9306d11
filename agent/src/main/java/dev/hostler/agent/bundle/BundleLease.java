package dev.hostler.agent.bundle;

import dev.hostler.trust.bundle.Manifest;
import java.nio.file.Path;

/**
 * A verified bundle that stays on this host until it is closed.
 *
 * @param manifest what the bundle's signer says about it
 * @param payload directory of its unpacked files
 * @param pin keeps it
 */
public record BundleLease(Manifest manifest, Path payload, Pin pin) implements AutoCloseable {
  @Override
  public void close() {
    pin.close();
  }
}
