package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.LimitPairs;
import dev.hostler.cli.command.Pairs;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.command.Spans;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.preview.PreviewGroups;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hostler run}. */
@Command(
    name = "run",
    customSynopsis = {
      "hostler run (-t SELECTOR | --host HOST ...) [OPTIONS] BUNDLE[@VERSION] ACTION [--param K=V ...]",
      "       hostler run (-t SELECTOR | --host HOST ...) [OPTIONS] -- COMMAND [ARG ...]",
      "       hostler run --apply-preview JOB [-t SELECTOR | --host HOST ...] [--reason TEXT]"
    },
    description = {
      "Runs an action of a bundle, or a command, on hosts, and shows its output live.",
      "The job is signed with the context's signing key; hosts verify that themselves.",
      "Stdout goes to stdout, stderr to stderr, with the host's name before each line if there",
      "are several hosts.",
      "",
      "Ctrl-C asks whether to cancel the job or to detach from it; without a terminal it",
      "detaches. A second Ctrl-C detaches. A job that was detached from goes on.",
      "",
      "With --preview the action runs over a copy of what it may write, and what it would change",
      "is shown; nothing on the hosts is changed. --apply-preview then makes exactly the changes",
      "that were shown, on hosts that are still as they were.",
      "",
      "With --snapshot hosts keep a path as it is before the program starts; with --rollback they",
      "bring it back, and what the bundle declares, if the program fails."
    },
    footer = {
      "",
      "Examples:",
      "  hostler run --host web-1 -- uname -a",
      "  hostler run -t 'labels.env == \"prod\"' --concurrency 10 --timeout 30s -- uptime",
      "  hostler run --host web-1 --host web-2 host-report collect --param format=json",
      "  hostler run --host web-1 --profile no-network -- sha256sum /usr/bin/ssh",
      "  hostler run --host web-1 --limit memory=64MiB --limit cpu_time=10s -- sort big.txt",
      "  hostler run --host db-1 postgres set-password --secret password=@pw.txt",
      "  hostler run -t true sshd-hardening@1.0.0 apply --param max_auth_tries=4 --detach",
      "  hostler run --host web-1 --snapshot /etc/nginx --rollback web-config deploy",
      "  hostler run -t true --preview sshd-hardening apply",
      "  hostler run --apply-preview 0193a2b4-… --reason 'as discussed'",
      "  hostler run -t true -o json -- uptime | jq -r 'select(.type == \"output\") | .text'"
    })
public final class RunCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();
  @Mixin private final TargetOptions targets = new TargetOptions();
  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "WHAT",
      arity = "0..*",
      description = "BUNDLE[@VERSION] ACTION, or a command after --.")
  private List<String> what = new ArrayList<>();

  @Mixin private final GivenOptions given = new GivenOptions();

  @Option(
      names = "--env",
      paramLabel = "KEY=VALUE",
      description = "Environment variable of the program. May be repeated.")
  private List<String> env = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "SPAN",
      converter = Spans.class,
      description = "Wall time on each host, for example 30s. Default: the action's own.")
  private @Nullable Duration timeout;

  @Option(
      names = "--limit",
      paramLabel = "LIMIT=VALUE",
      description = {
        "Lower a limit, for example memory=64MiB or cpu=0.5; never raises one. May be repeated;",
        "`hostler limits --help` lists them."
      })
  private List<String> limits = new ArrayList<>();

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
      description = "How long offline or busy hosts may take to start. Default: 1h.")
  private @Nullable Duration startWithin;

  @Option(
      names = "--run-as",
      paramLabel = "USER",
      description = {
        "User of the hosts that a command runs as, for example root, where their policies",
        "allow it. Default: an unprivileged one."
      })
  private @Nullable String runAs;

  @Option(
      names = "--allow-older",
      description = "Let hosts run a version below the highest that they have seen.")
  private boolean allowOlder;

  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      description = {
        "Narrows the system calls further: the name of a profile on the controller (hostler",
        "sandbox profile list), or a file with '/' in its path. It is signed with the job."
      })
  private @Nullable String profile;

  @Mixin private final CaptureOptions capture = new CaptureOptions();

  @Option(names = "--detach", description = "Print the job's id and do not wait.")
  private boolean detach;

  @Option(
      names = "--preview",
      description = "Only show what the action would change; change nothing.")
  private boolean preview;

  @Option(names = "--stat", description = "With --preview: only a line for each path, no texts.")
  private boolean stat;

  @Option(
      names = "--apply-preview",
      paramLabel = "JOB",
      description = {
        "Make the changes that this preview showed. Default: on all its hosts. Exit 2 on a host",
        "that is not as it was before the preview."
      })
  private @Nullable String applied;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "With --apply-preview: why; kept in the audit log.")
  private @Nullable String reason;

  /** Made by the composition root. */
  public RunCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (concurrency < 0) {
      throw CliFailure.usage("--concurrency " + concurrency + ": 0 (all at once) or more");
    }
    if (profile != null && profile.isBlank()) {
      throw CliFailure.usage("--profile is empty: give a name or a file, or leave it out");
    }
    if (stat && !preview) {
      throw CliFailure.usage("--stat is for --preview");
    }
    String apply = applied;
    if (apply != null) {
      if (preview
          || !what.isEmpty()
          || given.isGiven()
          || runAs != null
          || profile != null
          || !limits.isEmpty()
          || capture.isGiven()) {
        throw CliFailure.usage(
            "--apply-preview takes nothing to run: it makes the changes that were shown");
      }
      return new PreviewApply(session, result, context, detach)
          .run(
              apply,
              targets.isEmpty() ? null : targets.hosts(),
              reason == null ? "apply what preview " + apply + " showed" : reason,
              new JobSigning(Map.of(), timeout, concurrency, startWithin, false));
    }
    if (reason != null) {
      throw CliFailure.usage("--reason is for --apply-preview");
    }
    Work work = Work.of(arguments(), what, given.given(), runAs);
    if (preview && capture.isGiven()) {
      throw CliFailure.usage(
          "--snapshot and --rollback are for what changes hosts; a preview changes nothing");
    }
    HostIds hosts = targets.hosts();
    JobSigning signing =
        new JobSigning(
            Pairs.parse("--env", env),
            timeout,
            concurrency,
            startWithin,
            allowOlder,
            profile == null ? "" : profile,
            limits(),
            false,
            capture.capture(work instanceof Work.Command));
    return preview
        ? new JobRun(session, result, context, detach, new PreviewGroups(), !stat)
            .run(hosts, work.asPreview(), signing)
        : new JobRun(session, result, context, detach).run(hosts, work, signing);
  }

  private Limits limits() {
    Map<String, String> texts = LimitPairs.texts("--limit", limits);
    if (texts.containsKey(Limit.TIMEOUT.key())) {
      throw CliFailure.usage("--limit timeout: use --timeout");
    }
    return LimitPairs.limits("--limit", texts);
  }

  private List<String> arguments() {
    return spec == null ? List.of() : spec.commandLine().getParseResult().originalArgs();
  }
}
