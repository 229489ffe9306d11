package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.GetJobRequest;
import dev.hostler.proto.v1.Job;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler job watch}. */
@Command(
    name = "watch",
    description = {
      "Shows a job as `hostler run` does, from its start until it has ended.",
      "Ends with the same exit code. Ctrl-C ends the watching only."
    },
    footer = {
      "",
      "Examples:",
      "  hostler job watch 0193a2b4-…",
      "  hostler job watch --no-output 0193a2b4-…",
      "  hostler job watch 0193a2b4-… -o json"
    })
public final class JobWatchCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "JOB", description = "Job id.")
  private String id = "";

  @Option(
      names = "--no-output",
      description = "Only the states: a line for each host when it has ended.")
  private boolean noOutput;

  /** Made by the composition root. */
  public JobWatchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      GetJobRequest get = GetJobRequest.newBuilder().setJobId(id).build();
      Job job = controller.call(() -> controller.jobs().getJob(get));
      new Interruption(session, controller, job.getId(), context.repeat()).detachOnly();
      if (result.json()) {
        session
            .console()
            .line(Json.line(Json.object().put("type", "job").put("job", JobView.json(job))));
      }
      JobWatch watch =
          new JobWatch(
              session, controller, job, new JobWatch.View(!noOutput, result.json(), noOutput));
      Job ended = watch.follow();
      if (!result.json()) {
        Summary.print(session.console(), ended, watch.tasks());
      }
      return Summary.exitCode(ended).number();
    }
  }
}
