package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** What all commands about snapshots have in common: on which hosts, and how it is shown. */
abstract class SnapshotVerb implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();
  @Mixin private final TargetOptions targets = new TargetOptions();

  SnapshotVerb(Session session) {
    this.session = session;
  }

  /** What is to be done. */
  abstract JobWork.Snapshot asked();

  @Override
  public Integer call() {
    return new JobRun(session, result, context, false)
        .run(
            targets.hosts(),
            new Work.Snapshot(asked()),
            new JobSigning(Map.of(), null, 0, null, false));
  }
}
