package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.usage.NetworkView;
import dev.hostler.cli.usage.SummaryView;
import dev.hostler.proto.v1.GetJobRequest;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.ListTasksRequest;
import dev.hostler.proto.v1.ListTasksResponse;
import dev.hostler.proto.v1.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler job show}. */
@Command(
    name = "show",
    description = "Shows a job and its task on each host.",
    footer = {
      "",
      "Examples:",
      "  hostler job show 0193a2b4-…",
      "  hostler job show 0193a2b4-… -o json | jq '.tasks[] | select(.state != \"succeeded\")'"
    })
public final class JobShow implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "JOB", description = "Job id.")
  private String id = "";

  /** Made by the composition root. */
  public JobShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Job job;
    List<Task> tasks = new ArrayList<>();
    try (Controller controller = context.connect(session)) {
      GetJobRequest get = GetJobRequest.newBuilder().setJobId(id).build();
      job = controller.call(() -> controller.jobs().getJob(get));
      String page = "";
      do {
        ListTasksRequest request =
            ListTasksRequest.newBuilder().setJobId(id).setPageToken(page).build();
        ListTasksResponse response = controller.call(() -> controller.jobs().listTasks(request));
        tasks.addAll(response.getTasksList());
        page = response.getNextPageToken();
      } while (!page.isEmpty());
    }
    Style style = session.console().outStyle();
    result.one(
        session.console(),
        JobView.json(job).put("tasks", tasks.stream().map(JobView::json).toList()),
        () ->
            JobView.details(job, style)
                + "\n\n"
                + String.join("\n", JobView.tasks(tasks, style).lines(style))
                + (SummaryView.isKnown(tasks) ? "\n\n" + SummaryView.text(tasks, style) : "")
                + (NetworkView.isKnown(tasks)
                    ? "\n\n" + String.join("\n", NetworkView.table(tasks).lines(style))
                    : "")
                + (SnapshotView.isKnown(tasks)
                    ? "\n\n" + String.join("\n", SnapshotView.table(tasks).lines(style))
                    : "")
                + denied(tasks, style));
    return 0;
  }

  private static String denied(List<Task> tasks, Style style) {
    return tasks.stream().allMatch(task -> task.getDenialsCount() == 0)
        ? ""
        : "\n\n" + String.join("\n", DenialView.table(tasks).lines(style));
  }
}
