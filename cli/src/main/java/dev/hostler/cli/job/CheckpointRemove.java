package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.secret.Recipient;
import dev.hostler.trust.job.JobWork;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler checkpoint remove}. */
@Command(
    name = "remove",
    description = {
      "Removes a checkpoint from its hosts: nobody can bring them back to it any more.",
      "Hosts that are offline remove it once they are back; until all have, it is still listed."
    },
    footer = {
      "",
      "Examples:",
      "  hostler checkpoint remove monday --reason 'not needed'",
      "  hostler checkpoint remove monday --host web-1 --reason 'no room'"
    })
public final class CheckpointRemove implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();
  @Mixin private final TargetOptions targets = new TargetOptions();
  @Mixin private final CheckpointJobOptions options = new CheckpointJobOptions();

  @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
  private String name = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why; kept in the audit log.")
  private String reason = "";

  @Option(names = "--detach", description = "Print the job's id and do not wait.")
  private boolean detach;

  /** Made by the composition root. */
  public CheckpointRemove(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    JobRun job = new JobRun(session, result, context, detach);
    Work work = new Work.Checkpoint(JobWork.Checkpoint.remove(name, reason));
    if (!targets.isEmpty()) {
      return job.run(targets.hosts(), work, options.signing());
    }
    try (Controller controller = context.connect(session)) {
      List<Recipient> hosts =
          CheckpointHosts.get(controller, name).getHostsList().stream()
              .map(host -> new Recipient(host.getHostId(), host.getHostName(), null))
              .toList();
      if (hosts.isEmpty()) {
        throw CliFailure.usage("you may see no host of checkpoint " + name);
      }
      return job.run(controller, (_, _) -> hosts, work, options.signing());
    }
  }
}
