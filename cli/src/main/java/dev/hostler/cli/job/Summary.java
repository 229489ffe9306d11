package dev.hostler.cli.job;

import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.Task;
import dev.hostler.proto.v1.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is said at the end of a job. */
final class Summary {
  private static final int MOST = 100;

  private Summary() {}

  /** Says how the job ended, and for each task that did not succeed why. */
  static void print(Console console, Job job, Iterable<Task> tasks) {
    Style style = console.errStyle();
    int total = job.getCounts().getTotal();
    int failed = job.getCounts().getFailed();
    List<Task> bad = new ArrayList<>();
    for (Task task : tasks) {
      if (task.getState() != TaskState.TASK_STATE_SUCCEEDED) {
        bad.add(task);
      }
      outputLost(console, task);
    }
    String took =
        job.hasCreatedAt() && job.hasEndedAt()
            ? " in "
                + Format.took(
                    Duration.between(
                        Format.instant(job.getCreatedAt()), Format.instant(job.getEndedAt())))
            : "";
    String headline =
        failed == 0
            ? style.good(hosts(total) + " succeeded")
            : job.getCounts().getSucceeded()
                + " of "
                + hosts(total)
                + " succeeded, "
                + style.bad(failed + " failed");
    console.note(
        headline
            + took
            + (job.getState() == JobState.JOB_STATE_CANCELLED ? ", cancelled" : "")
            + style.dim(" (job " + job.getId() + ")"));
    bad.sort(Comparator.comparing(Task::getHostName));
    int width =
        bad.stream().limit(MOST).mapToInt(task -> task.getHostName().length()).max().orElse(0);
    for (Task task : bad.subList(0, Math.min(MOST, bad.size()))) {
      String name = Table.printable(task.getHostName());
      console.note(
          "  " + name + " ".repeat(Math.max(0, width - name.length())) + "  " + reason(task));
    }
    if (bad.size() > MOST) {
      console.note("  and " + (bad.size() - MOST) + " more; see hostler job show " + job.getId());
    }
  }

  private static String reason(Task task) {
    String reason = TaskText.reason(task);
    return reason.isEmpty() ? TaskText.state(task.getState()) : reason;
  }

  private static void outputLost(Console console, Task task) {
    AttemptResult result = task.getResult();
    if (!result.getOutputError().isEmpty()) {
      console.note(
          "hostler: "
              + Table.printable(task.getHostName())
              + ": output was lost: "
              + Table.printable(result.getOutputError()));
    }
  }

  private static String hosts(int count) {
    return count == 1 ? "1 host" : count + " hosts";
  }

  /** What a command that waited for the job ends with. */
  static ExitCode exitCode(Job job) {
    return job.getState() == JobState.JOB_STATE_SUCCEEDED ? ExitCode.OK : ExitCode.SOME_FAILED;
  }
}
