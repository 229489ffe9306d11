package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.Pairs;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.command.Spans;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.ListTasksRequest;
import dev.hostler.proto.v1.Task;
import dev.hostler.trust.limits.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler sandbox learn}. */
@Command(
    name = "learn",
    description = {
      "Runs an action on a test host, records what it does, and proposes the smallest sandbox for",
      "it: writable paths, capabilities, network, system calls. Review it, put it into bundle.toml,",
      "and have it signed: it knows one run, not what the action does on other days.",
      "",
      "A recorded run may write everywhere on the host and reach every network. Only hosts with",
      "sandbox.learn = true in agent.toml do that. Its output is in `hostler job logs`."
    },
    footer = {
      "",
      "Examples:",
      "  hostler sandbox learn host-report collect --host test-1",
      "  hostler sandbox learn sshd-hardening apply --host test-1 --param max_auth_tries=4 \\",
      "      --profile-out payload/seccomp/apply.json"
    })
public final class SandboxLearn implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "BUNDLE", description = "NAME or NAME@VERSION.")
  private String bundle = "";

  @Parameters(index = "1", paramLabel = "ACTION", description = "Name of the action.")
  private String action = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      required = true,
      description = "The test host, by id or name.")
  private String host = "";

  @Option(
      names = "--param",
      paramLabel = "KEY=VALUE",
      description = "Parameter of the action, as in `hostler run`. May be repeated.")
  private List<String> params = new ArrayList<>();

  @Option(
      names = "--secret",
      paramLabel = "KEY=@FILE",
      description = "Secret parameter, as in `hostler run`. May be repeated.")
  private List<String> secrets = new ArrayList<>();

  @Option(
      names = "--env",
      paramLabel = "KEY=VALUE",
      description = "Environment variable of the program. May be repeated.")
  private List<String> env = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "SPAN",
      converter = Spans.class,
      description = "Wall time. Default: the action's own.")
  private @Nullable Duration timeout;

  @Option(
      names = "--profile-out",
      paramLabel = "FILE",
      description = "Writes a profile of just the system calls that were made.")
  private @Nullable Path profileOut;

  /** Made by the composition root. */
  public SandboxLearn(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<String> what = List.of(bundle, action);
    Work work = Work.of(what, what, new Given(params, secrets, List.of()), null);
    JobSigning signing =
        new JobSigning(Pairs.parse("--env", env), timeout, 0, null, false, "", Limits.NONE, true);
    JobRun run = new JobRun(session, result, context, false);
    Job ended;
    Task task;
    try (Controller controller = context.connect(session)) {
      Job job = run.submit(controller, new HostIds(null, List.of(host))::resolve, work, signing);
      Interruption interruption =
          new Interruption(session, controller, job.getId(), context.repeat());
      interruption.ask();
      ended =
          new JobWatch(session, controller, job, new JobWatch.View(false, false, false)).follow();
      if (interruption.cancelled()) {
        return ExitCode.INTERRUPTED.number();
      }
      task =
          controller
              .call(() ->
                  controller
                      .jobs()
                      .listTasks(ListTasksRequest.newBuilder().setJobId(job.getId()).build()))
              .getTasks(0);
    }
    Summary.print(session.console(), ended, List.of(task));
    if (task.getResult().getLearned().isEmpty()) {
      session.console().note("hostler: nothing was recorded");
      return ExitCode.SOME_FAILED.number();
    }
    show(Learned.read(task.getResult().getLearned()));
    return Summary.exitCode(ended).number();
  }

  private void show(Learned learned) {
    Proposal proposal = Proposal.of(learned);
    String profile = Proposal.profile(learned);
    String seccomp = "default";
    Path out = profileOut;
    if (out != null) {
      try {
        Files.writeString(out, profile + "\n");
      } catch (IOException e) {
        throw new CliFailure(ExitCode.LOCAL, "--profile-out " + out + ": cannot be written: " + e);
      }
      seccomp = "seccomp/" + out.getFileName();
    }
    String toml = proposal.toml(action, learned, seccomp);
    result.one(
        session.console(),
        Json.object()
            .put("writable", List.copyOf(proposal.writable()))
            .put("capabilities", List.copyOf(proposal.capabilities()))
            .put("network", proposal.network())
            .put("peers", learned.peers())
            .put("listens", learned.listens())
            .put("calls", List.copyOf(learned.calls().keySet()))
            .put("beware", proposal.beware())
            .put("profile", profile)
            .put("toml", toml),
        () -> toml);
  }
}
