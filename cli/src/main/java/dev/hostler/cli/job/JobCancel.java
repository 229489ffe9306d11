package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.CancelJobRequest;
import dev.hostler.proto.v1.Job;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler job cancel}. */
@Command(
    name = "cancel",
    description = {
      "Asks that a job end.",
      "What was not started is cancelled at once, what runs is ended on its host. Does not wait",
      "for that; `hostler job watch` does."
    },
    footer = {"", "Examples:", "  hostler job cancel 0193a2b4-…"})
public final class JobCancel implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "JOB", description = "Job id.")
  private String id = "";

  /** Made by the composition root. */
  public JobCancel(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      CancelJobRequest request = CancelJobRequest.newBuilder().setJobId(id).build();
      Job job = controller.call(() -> controller.jobs().cancelJob(request));
      result.one(session.console(), JobView.json(job), () -> text(job));
    }
    return 0;
  }

  private static String text(Job job) {
    if (!JobWatch.ended(job)) {
      return "Job "
          + job.getId()
          + " is being cancelled; "
          + job.getCounts().getRunning()
          + " still running.";
    }
    return "Job " + job.getId() + " has ended: " + JobView.state(job.getState()) + ".";
  }
}
