package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands about snapshots have in common: on which hosts, and how it is shown. */
abstract class SnapshotVerb implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

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

  SnapshotVerb(Session session) {
    this.session = session;
  }

  /** What is to be done. */
  abstract JobWork.Snapshot asked();

  @Override
  public Integer call() {
    return new JobRun(session, result, context, false)
        .run(
            new HostIds(selector, hosts),
            new Work.Snapshot(asked()),
            new JobSigning(Map.of(), null, 0, null, false));
  }
}
