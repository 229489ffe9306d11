package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.preview.PreviewGroups;
import dev.hostler.cli.secret.Recipient;
import dev.hostler.proto.v1.Host;
import dev.hostler.trust.job.JobWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Has hosts make the changes that a preview showed. What is signed names the lists of changes by
 * their digests, so that a host whose list is another one refuses, whoever stands between.
 */
record PreviewApply(Session session, ResultOptions result, ContextOption context, boolean detach) {

  /**
   * From a preview to an exit code.
   *
   * @param targets null: all hosts of the preview
   */
  int run(String job, @Nullable HostIds targets, String reason, JobSigning signing) {
    List<Recipient> hosts = new ArrayList<>();
    Set<String> digests = new TreeSet<>();
    try (Controller controller = context.connect(session)) {
      Set<String> wanted =
          targets == null
              ? null
              : targets.resolve(controller, false).stream()
                  .map(Recipient::id)
                  .collect(Collectors.toSet());
      for (PreviewGroups.Group group :
          ShownPreview.of(session, controller, job, List.of(), false)) {
        for (int i = 0; i < group.hosts().size(); i++) {
          Host host =
              Host.newBuilder().setId(group.hostIds().get(i)).setName(group.hosts().get(i)).build();
          if (group.changes().applicable() && (wanted == null || wanted.contains(host.getId()))) {
            hosts.add(Recipient.of(host));
            digests.add(group.changes().digest());
          }
        }
      }
      if (hosts.isEmpty()) {
        throw CliFailure.usage(
            "job "
                + job
                + " previewed nothing that could be applied"
                + (targets == null ? "" : " on these hosts")
                + "; `hostler job preview "
                + job
                + "` shows what it did");
      }
      return new JobRun(session, result, context, detach)
          .run(
              controller,
              (_, _) -> hosts,
              new Work.Snapshot(
                  new JobWork.Snapshot("apply", job, false, reason, List.copyOf(digests))),
              signing);
    }
  }
}
