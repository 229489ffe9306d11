package dev.hostler.agent.trust;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A trust state for tests of other things: it asks for no index. */
public final class OpenTrust {
  private OpenTrust() {}

  /** In a folder. */
  public static TrustState in(Path folder, TimeSource time) throws IOException {
    return TrustState.open(
        folder.resolve("trust-state"),
        new TrustSettings(
            TrustSettings.Index.OFF,
            folder.resolve("index-roots.pem"),
            Duration.ofDays(7),
            TrustSettings.Revocation.HARD,
            Duration.ofDays(7),
            TrustSettings.Running.KILL),
        time);
  }
}
