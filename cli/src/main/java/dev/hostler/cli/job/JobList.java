package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.ListJobsRequest;
import dev.hostler.proto.v1.ListJobsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler job list}. */
@Command(
    name = "list",
    description = "Lists jobs, newest first.",
    footer = {
      "",
      "Examples:",
      "  hostler job list",
      "  hostler job list --state running",
      "  hostler job list --limit 500 -o json"
    })
public final class JobList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "At most this many. Default: 50.")
  private int limit = 50;

  /** A job's state as it is written on the command line. */
  public enum State {
    /** Some task has not ended. */
    running,
    /** All tasks succeeded. */
    succeeded,
    /** Some task did not succeed. */
    failed,
    /** It was cancelled. */
    cancelled
  }

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only jobs in this state: ${COMPLETION-CANDIDATES}.")
  private @Nullable State state;

  /** Made by the composition root. */
  public JobList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (limit < 1) {
      throw CliFailure.usage("--limit " + limit + ": at least 1");
    }
    List<Job> jobs = new ArrayList<>();
    try (Controller controller = context.connect(session)) {
      String page = "";
      do {
        ListJobsRequest.Builder request =
            ListJobsRequest.newBuilder()
                .setPageSize(Math.min(1000, limit - jobs.size()))
                .setPageToken(page);
        if (state != null) {
          request.setState(JobState.valueOf("JOB_STATE_" + state.name().toUpperCase(Locale.ROOT)));
        }
        ListJobsResponse response =
            controller.call(() -> controller.jobs().listJobs(request.build()));
        jobs.addAll(response.getJobsList());
        page = response.getNextPageToken();
      } while (!page.isEmpty() && jobs.size() < limit);
    }
    result.list(
        session.console(),
        jobs.stream().map(JobView::json).toList(),
        () -> JobView.jobs(jobs, session.console().outStyle(), session.time().instant()));
    return 0;
  }
}
