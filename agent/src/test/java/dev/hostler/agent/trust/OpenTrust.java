package dev.hostler.agent.trust;

import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.index.Revoked;
import dev.hostler.trust.index.TrustIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeSet;

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

  /** Has it hear that a bundle was revoked. */
  public static void revoke(TrustState state, Path folder, TimeSource time, String manifest)
      throws Exception {
    revoke(
        state,
        folder,
        time,
        new Revoked(new TreeSet<>(), new TreeSet<>(List.of(manifest)), new TreeSet<>()));
  }

  /** Has it hear that all this was revoked. */
  public static void revoke(TrustState state, Path folder, TimeSource time, Revoked revoked)
      throws Exception {
    Signer signer = Signer.create(folder.resolve("index-signer"), time.instant());
    signer.pinAt(folder.resolve("index-roots.pem"));
    Instant now = time.instant().truncatedTo(ChronoUnit.SECONDS);
    TrustIndex index = new TrustIndex(1, now, now.plus(Duration.ofDays(1)), List.of(), revoked);
    state.update(new TrustUpdate(signer.sign(index, time.instant()), List.of(), List.of()));
  }
}
