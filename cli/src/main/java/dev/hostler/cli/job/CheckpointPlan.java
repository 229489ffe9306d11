package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.preview.PreviewGroups;
import dev.hostler.cli.preview.PreviewPrinter;
import dev.hostler.cli.secret.Recipient;
import dev.hostler.proto.v1.Job;
import dev.hostler.trust.job.JobWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What bringing hosts back to a checkpoint would change, as they said.
 *
 * @param job that asked them
 * @param complete did all of them say?
 * @param groups what they said
 */
record CheckpointPlan(Job job, boolean complete, List<PreviewGroups.Group> groups) {

  /** Asks hosts, and shows what they say. */
  static CheckpointPlan make(
      Session session,
      ResultOptions result,
      ContextOption context,
      Controller controller,
      String name,
      String reason,
      List<Recipient> hosts,
      JobSigning signing,
      boolean texts) {
    Job job =
        new JobRun(session, result, context, false)
            .submit(
                controller,
                (_, _) -> hosts,
                new Work.Checkpoint(JobWork.Checkpoint.plan(name, reason)),
                signing);
    Interruption interruption =
        new Interruption(session, controller, job.getId(), context.repeat());
    interruption.ask();
    if (result.json()) {
      session
          .console()
          .line(Json.line(Json.object().put("type", "job").put("job", JobView.json(job))));
    }
    PreviewGroups groups = new PreviewGroups();
    JobWatch watch =
        new JobWatch(
            session, controller, job, new JobWatch.View(true, result.json(), false, groups));
    Job ended = watch.follow();
    if (interruption.cancelled()) {
      throw new CliFailure(ExitCode.INTERRUPTED, "cancelled; nothing was changed");
    }
    PreviewPrinter printer = new PreviewPrinter(session.console(), texts);
    if (result.json()) {
      printer.json(groups.all());
    } else {
      printer.print(groups.all());
      Summary.print(session.console(), ended, watch.tasks());
    }
    return new CheckpointPlan(
        ended,
        Summary.exitCode(ended) == ExitCode.OK
            && groups.all().stream().allMatch(group -> group.changes().complete()),
        groups.all());
  }

  /** The hosts that would be changed. */
  List<Recipient> hosts() {
    List<Recipient> hosts = new ArrayList<>();
    for (PreviewGroups.Group group : groups) {
      for (int i = 0; i < group.hosts().size() && group.changes().applicable(); i++) {
        hosts.add(new Recipient(group.hostIds().get(i), group.hosts().get(i), null));
      }
    }
    return hosts;
  }

  /** By what the operator says which plans were shown. */
  List<String> digests() {
    Set<String> digests = new TreeSet<>();
    groups.stream()
        .filter(group -> group.changes().applicable())
        .forEach(group -> digests.add(group.changes().digest()));
    return List.copyOf(digests);
  }
}
