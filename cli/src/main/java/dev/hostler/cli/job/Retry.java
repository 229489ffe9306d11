package dev.hostler.cli.job;

import dev.hostler.cli.connect.CallErrors;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.common.time.Backoff;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Goes on after a broken stream: says so once, waits a little longer each time, and says when it is
 * well again. Not thread-safe.
 */
final class Retry {
  private static final int MOST_OF_AN_ERROR = 8;

  private final Session session;
  private final Controller controller;
  private final boolean quiet;
  private final Backoff backoff =
      new Backoff(
          Duration.ofMillis(200), Duration.ofSeconds(5), RandomGenerator.of("L64X128MixRandom"));
  private boolean broken;
  private int errors;

  Retry(Session session, Controller controller, boolean quiet) {
    this.session = session;
    this.controller = controller;
    this.quiet = quiet;
  }

  /** Something came: all is well. */
  void alive() {
    if (broken) {
      broken = false;
      errors = 0;
      backoff.reset();
      if (!quiet) {
        session.console().note("hostler: connected again");
      }
    }
  }

  /**
   * Waits before the next try.
   *
   * @throws CliFailure if trying again is of no use
   */
  void after(StatusRuntimeException e) {
    // An unreachable controller may come back at any time; one that answers with errors will not.
    boolean away = e.getStatus().getCode() == Status.Code.UNAVAILABLE;
    errors = away ? 0 : errors + 1;
    if (!CallErrors.passing(e) || errors > MOST_OF_AN_ERROR) {
      throw CallErrors.failure(controller.context(), e);
    }
    if (!broken) {
      broken = true;
      if (!quiet) {
        session
            .console()
            .note(
                "hostler: lost the controller at "
                    + controller.context().address()
                    + "; the job goes on, trying again …");
      }
    }
    try {
      session.time().sleep(backoff.next());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CliFailure(ExitCode.INTERRUPTED, "interrupted");
    }
    controller.retryNow();
  }

  /** What a stream that ended too early is taken for. */
  static StatusRuntimeException endedEarly() {
    return Status.UNAVAILABLE.withDescription("the stream ended early").asRuntimeException();
  }
}
