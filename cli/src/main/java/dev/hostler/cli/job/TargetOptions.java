package dev.hostler.cli.job;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** For which hosts a job is. A mixin. */
final class TargetOptions {
  @Option(
      names = {"-t", "--target"},
      paramLabel = "SELECTOR",
      description = "Hosts that this CEL expression means, for example 'labels.env == \"prod\"'.")
  private @Nullable String selector;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "A host by id or name. May be repeated; not together with -t.")
  private List<String> hosts = new ArrayList<>();

  /** Those that are meant; they are looked up when a job is made. */
  HostIds hosts() {
    return new HostIds(selector, hosts);
  }

  /** Was nothing said? */
  boolean isEmpty() {
    return selector == null && hosts.isEmpty();
  }
}
