package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler checkpoint create}. */
@Command(
    name = "create",
    description = {
      "Keeps paths of hosts as they are now, under a name, until the checkpoint is removed.",
      "With a name that there is already and the same paths, more hosts get it; hosts that have it",
      "refuse. Hosts say which paths may be kept. Exit 1: some host does not have it."
    },
    footer = {
      "",
      "Examples:",
      "  hostler checkpoint create monday -t 'labels.role == \"web\"' /etc/ssh /etc/nginx",
      "  hostler checkpoint create before-upgrade --host db-1 /etc --reason 'upgrade to 17'"
    })
public final class CheckpointCreate implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();
  @Mixin private final TargetOptions targets = new TargetOptions();
  @Mixin private final CheckpointJobOptions options = new CheckpointJobOptions();

  @Parameters(index = "0", paramLabel = "NAME", description = "A name for it.")
  private String name = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "PATH",
      description = "What is kept: absolute paths, there or not; of a directory all below it.")
  private List<String> paths = new ArrayList<>();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why; kept in the audit log.")
  private String reason = "";

  @Option(names = "--detach", description = "Print the job's id and do not wait.")
  private boolean detach;

  /** Made by the composition root. */
  public CheckpointCreate(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return new JobRun(session, result, context, detach)
        .run(
            targets.hosts(),
            new Work.Checkpoint(JobWork.Checkpoint.create(name, paths, reason)),
            options.signing());
  }
}
