package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.cli.secret.Recipient;
import dev.hostler.trust.job.JobWork;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler checkpoint restore}. */
@Command(
    name = "restore",
    description = {
      "Brings hosts back to a checkpoint: first shows what would change on each, the same on",
      "several hosts once, asks, then does exactly that. Refused on a host that has changed since",
      "its plan was made: exit code 2 there. Default: all hosts that have the checkpoint.",
      "",
      "Exit 1: some host was not brought back, for a reason that is said. Exit 5: the plan was",
      "shown, nothing was changed: the answer was no, or there is no terminal to ask on and --yes",
      "is not given."
    },
    footer = {
      "",
      "Examples:",
      "  hostler checkpoint restore monday --reason 'broke logins'",
      "  hostler checkpoint restore monday --host web-1 --host web-2 --plan",
      "  hostler checkpoint restore monday -t 'labels.role == \"web\"' --reason drill --yes"
    })
public final class CheckpointRestore implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();
  @Mixin private final TargetOptions targets = new TargetOptions();
  @Mixin private final CheckpointJobOptions options = new CheckpointJobOptions();

  @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
  private String name = "";

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why; kept in the audit log. Needed unless --plan is given.")
  private String reason = "";

  @Option(names = "--plan", description = "Only show the plan; change nothing.")
  private boolean planOnly;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Option(names = "--force", description = "Restore also what has changed since the plan was made.")
  private boolean force;

  @Option(names = "--stat", description = "Of the plan only a line for each path, no texts.")
  private boolean stat;

  /** Made by the composition root. */
  public CheckpointRestore(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (planOnly && (yes || force)) {
      throw CliFailure.usage("--plan changes nothing; leave --yes and --force out");
    }
    if (!planOnly && reason.isBlank()) {
      throw CliFailure.usage("--reason is missing: say why the hosts are brought back, or --plan");
    }
    try (Controller controller = context.connect(session)) {
      CheckpointHosts hosts =
          CheckpointHosts.of(
              CheckpointHosts.get(controller, name),
              targets.isEmpty() ? null : targets.hosts().resolve(controller, false),
              options.waits());
      hosts.leftOut().forEach(this::tell);
      if (hosts.able().isEmpty()) {
        throw new CliFailure(
            ExitCode.SOME_FAILED, "no host can be brought back to checkpoint " + name + " now");
      }
      CheckpointPlan plan =
          CheckpointPlan.make(
              session,
              result,
              context,
              controller,
              name,
              reason,
              hosts.able(),
              options.signing(),
              !stat);
      ExitCode planned =
          plan.complete() && hosts.leftOut().isEmpty() ? ExitCode.OK : ExitCode.SOME_FAILED;
      List<Recipient> changing = plan.hosts();
      if (changing.isEmpty() || planOnly) {
        note(
            changing.isEmpty() && plan.complete()
                ? "nothing to restore: " + count(hosts.able()) + " as they were at " + name
                : "nothing was changed");
        return planned.number();
      }
      confirm(changing);
      int code =
          new JobRun(session, result, context, false)
              .run(
                  controller,
                  (_, _) -> changing,
                  new Work.Checkpoint(
                      JobWork.Checkpoint.restore(name, force, reason, plan.digests())),
                  options.signing());
      note("to undo: hostler snapshot restore " + plan.job().getId());
      return code == ExitCode.OK.number() ? planned.number() : code;
    }
  }

  private void tell(CheckpointHosts.LeftOut host) {
    if (result.json()) {
      session
          .console()
          .line(
              Json.line(
                  Json.object()
                      .put("type", "left_out")
                      .put("host_id", host.id())
                      .put("host_name", host.name())
                      .put("reason", host.why())));
    } else {
      note("left out: " + Table.printable(host.name()) + " " + Table.printable(host.why()));
    }
  }

  private void note(String text) {
    if (!result.json()) {
      session.console().note("hostler: " + text);
    }
  }

  private void confirm(List<Recipient> hosts) {
    Console console = session.console();
    if (yes) {
      return;
    }
    if (!console.terminals().in() || !console.terminals().err()) {
      throw new CliFailure(
          ExitCode.NOT_CONFIRMED,
          "nothing was changed: there is no terminal to ask on; --yes restores without a question");
    }
    String answer =
        console
            .ask("Bring " + count(hosts) + " back to " + name + " as shown? [y/N] ")
            .toLowerCase(Locale.ROOT);
    if (!answer.equals("y") && !answer.equals("yes")) {
      throw new CliFailure(ExitCode.NOT_CONFIRMED, "nothing was changed");
    }
  }

  private static String count(List<Recipient> hosts) {
    return hosts.size() == 1 ? "1 host" : hosts.size() + " hosts";
  }
}
