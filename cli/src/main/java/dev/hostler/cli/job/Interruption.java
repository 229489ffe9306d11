package dev.hostler.cli.job;

import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.proto.v1.CancelJobRequest;
import io.grpc.StatusRuntimeException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ctrl-C while a job is watched. The first one asks, on a terminal, whether to cancel the job,
 * detach from it or go on; without a terminal it detaches, because nobody can be asked and a job
 * must not be lost by accident. The next one detaches. Thread-safe.
 */
final class Interruption {
  private final Session session;
  private final Controller controller;
  private final String jobId;
  private final String contextOption;
  private final AtomicInteger pressed = new AtomicInteger();
  private volatile boolean cancelled;

  Interruption(Session session, Controller controller, String jobId, String contextOption) {
    this.session = session;
    this.controller = controller;
    this.jobId = jobId;
    this.contextOption = contextOption;
  }

  /** Asks from now on. */
  void ask() {
    session.process().onInterrupt(this::pressed);
  }

  /** Detaches from now on, without a question. */
  void detachOnly() {
    session.process().onInterrupt(this::detach);
  }

  /** Whether the operator chose to cancel the job. */
  boolean cancelled() {
    return cancelled;
  }

  private void pressed() {
    Console console = session.console();
    if (pressed.incrementAndGet() > 1 || !console.terminals().in() || !console.terminals().err()) {
      detach();
      return;
    }
    String answer =
        console
            .ask(
                "Cancel the job (c), detach and let it run (d), or go on watching (Enter)?"
                    + " Ctrl-C again detaches. ")
            .toLowerCase(Locale.ROOT);
    if (answer.startsWith("c")) {
      cancel();
    } else if (answer.startsWith("d")) {
      detach();
    } else {
      pressed.set(0);
    }
  }

  private void cancel() {
    cancelled = true; // before the call: the job may end before its answer is here
    try {
      controller.jobs().cancelJob(CancelJobRequest.newBuilder().setJobId(jobId).build());
      session.console().note("hostler: cancelling; waiting for the hosts, Ctrl-C detaches");
    } catch (StatusRuntimeException e) {
      cancelled = false;
      pressed.set(0);
      session
          .console()
          .note(
              "hostler: the job could not be cancelled: "
                  + dev.hostler.cli.connect.CallErrors.failure(controller.context(), e).text());
    }
  }

  private void detach() {
    session
        .console()
        .urgent(
            "Detached; the job goes on. To come back: hostler job watch"
                + contextOption
                + " "
                + jobId
                + "\nTo end it: hostler job cancel"
                + contextOption
                + " "
                + jobId);
    session.process().exit(ExitCode.INTERRUPTED.number());
  }
}
