package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.trust.job.JobWork;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler sandbox test}. */
@Command(
    name = "test",
    description = {
      "Has hosts attack their own sandbox, and shows what each attack got: contained, absent (this",
      "machine has no such thing) or ESCAPED. The attacks are a program that is installed with",
      "the agent; one that works shows that it could, and changes nothing. Denied system calls",
      "are told on stderr as they happen. Exit 1 if one worked on some host."
    },
    footer = {
      "",
      "Examples:",
      "  hostler sandbox test --host web-1",
      "  hostler sandbox test -t 'labels.env == \"prod\"' --run-as root",
      "  hostler sandbox test --host web-1 -o json | jq -r 'select(.type == \"denied\")'"
    })
public final class SandboxTest implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();
  @Mixin private final TargetOptions targets = new TargetOptions();

  @Option(
      names = "--run-as",
      paramLabel = "USER",
      description = "root, or default: the unprivileged user. Default: default.")
  private String runAs = JobWork.Command.DEFAULT_USER;

  /** Made by the composition root. */
  public SandboxTest(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return new JobRun(session, result, context, false)
        .run(
            targets.hosts(),
            new Work.SandboxTest(new JobWork.SandboxTest(runAs)),
            new JobSigning(Map.of(), null, 0, null, false));
  }
}
