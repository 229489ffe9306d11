package dev.hostler.cli.job;

import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.cli.preview.PreviewGroups;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobEvent;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.Task;
import dev.hostler.proto.v1.WatchJobRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows a job from its start to its end, through any break. Not thread-safe. */
final class JobWatch {
  private static final Duration QUIET = Duration.ofSeconds(3);

  private final Session session;
  private final Controller controller;
  private final String jobId;
  private final View view;
  private final Map<String, Task> tasks = new LinkedHashMap<>();
  private final OutputPrinter printer;
  private final DenialPrinter denials;
  private Job job;
  // Written by the thread that watches, read by the one that reminds.
  private volatile boolean started;

  /**
   * What to show.
   *
   * @param output output as well as states
   * @param json JSON lines instead of text
   * @param states a line for each task that ends, for when there is no output to see
   * @param previews take what a preview's hosts would change; null: it is none
   */
  record View(boolean output, boolean json, boolean states, @Nullable PreviewGroups previews) {
    /** Of what is no preview. */
    View(boolean output, boolean json, boolean states) {
      this(output, json, states, null);
    }
  }

  JobWatch(Session session, Controller controller, Job job, View view) {
    this.session = session;
    this.controller = controller;
    this.jobId = job.getId();
    this.job = job;
    this.view = view;
    this.denials = new DenialPrinter(session.console(), view.json);
    this.printer =
        new OutputPrinter(
            session.console(),
            view.json
                ? OutputPrinter.Mode.JSON
                : job.getCounts().getTotal() == 1
                    ? OutputPrinter.Mode.PLAIN
                    : OutputPrinter.Mode.PREFIXED,
            view.previews);
  }

  /**
   * Watches until the job has ended.
   *
   * @return the job as it ended
   */
  Job follow() {
    Retry retry = new Retry(session, controller, false);
    progress();
    remind();
    while (true) {
      try {
        Iterator<JobEvent> events =
            controller
                .jobStreams()
                .watchJob(
                    WatchJobRequest.newBuilder()
                        .setJobId(jobId)
                        .setOutput(view.output)
                        .addAllPositions(printer.positions().all())
                        .build());
        while (events.hasNext()) {
          JobEvent event = events.next();
          retry.alive();
          take(event);
        }
        if (ended(job)) {
          printer.finishAll();
          session.console().endProgress();
          return job;
        }
        retry.after(Retry.endedEarly());
      } catch (StatusRuntimeException e) {
        retry.after(e);
      }
    }
  }

  /** Where nobody sees the progress line, says once that nothing happens, and until when. */
  private void remind() {
    if (view.json || session.console().terminals().err()) {
      return;
    }
    Thread.ofPlatform()
        .daemon()
        .name("reminder")
        .start(() -> {
          try {
            session.time().sleep(QUIET);
          } catch (InterruptedException e) {
            return;
          }
          if (!started) {
            session
                .console()
                .note(
                    "hostler: no host has started yet; they are offline or busy. Ctrl-C"
                        + " detaches (job "
                        + jobId
                        + ")");
          }
        });
  }

  static boolean ended(Job job) {
    return job.getState() != JobState.JOB_STATE_RUNNING
        && job.getState() != JobState.JOB_STATE_UNSPECIFIED;
  }

  /** The tasks as last seen, in the order in which they came. */
  Iterable<Task> tasks() {
    return tasks.values();
  }

  private void take(JobEvent event) {
    switch (event.getEventCase()) {
      case JOB -> {
        boolean changed = !event.getJob().equals(job) || tasks.isEmpty();
        job = event.getJob();
        started |= job.getCounts().getQueued() < job.getCounts().getTotal();
        if (view.json && changed) {
          session
              .console()
              .line(Json.line(Json.object().put("type", "job").put("job", JobView.json(job))));
        }
        progress();
      }
      case TASK -> task(event.getTask());
      case OUTPUT -> printer.print(event.getOutput());
      case DENIALS -> denials.print(event.getDenials());
      default -> {
        // From a newer controller: not for us.
      }
    }
  }

  private void task(Task task) {
    Task before = tasks.put(task.getId(), task);
    if (before == null) {
      printer.expect(task.getHostName());
    }
    if (before != null && before.getState() == task.getState() && before.equals(task)) {
      return;
    }
    if (view.json) {
      session
          .console()
          .line(Json.line(Json.object().put("type", "task").put("task", JobView.json(task))));
    }
    if (TaskText.terminal(task.getState())) {
      printer.finish(task.getId());
      denials.finish(task.getId());
      if (view.states && !view.json && (before == null || before.getState() != task.getState())) {
        stateLine(task);
      }
    }
  }

  private void stateLine(Task task) {
    Style style = session.console().outStyle();
    String reason = TaskText.reason(task);
    session
        .console()
        .line(
            Table.printable(task.getHostName())
                + "  "
                + style.state(TaskText.state(task.getState()))
                + (reason.isEmpty() ? "" : "  " + reason));
  }

  private void progress() {
    Console console = session.console();
    if (view.json || !console.terminals().err()) {
      return;
    }
    var counts = job.getCounts();
    console.progress(
        console
            .errStyle()
            .dim(
                counts.getSucceeded()
                    + counts.getFailed()
                    + " done, "
                    + counts.getRunning()
                    + " running, "
                    + counts.getFailed()
                    + " failed of "
                    + counts.getTotal()
                    + (counts.getQueued() > 0 ? " (" + counts.getQueued() + " queued)" : "")));
  }
}
