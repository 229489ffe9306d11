package dev.hostler.cli.job;

import dev.hostler.cli.command.Spans;
import dev.hostler.cli.console.CliFailure;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How jobs about checkpoints are started. A mixin. */
final class CheckpointJobOptions {
  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "0",
      description = "At most this many hosts at once. Default: 0, all.")
  private int concurrency;

  @Option(
      names = "--start-within",
      paramLabel = "SPAN",
      converter = Spans.class,
      description = {
        "How long offline or busy hosts may take to start. Default: 1h; restore leaves hosts that",
        "are offline out, unless this is given."
      })
  private @Nullable Duration startWithin;

  /** Is a time given? */
  boolean waits() {
    return startWithin != null;
  }

  JobSigning signing() {
    if (concurrency < 0) {
      throw CliFailure.usage("--concurrency " + concurrency + ": 0 (all at once) or more");
    }
    return new JobSigning(Map.of(), null, concurrency, startWithin, false);
  }
}
