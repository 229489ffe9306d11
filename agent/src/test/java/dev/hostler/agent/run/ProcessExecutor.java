package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.ResourceUse;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.attempt.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Runs commands as plain processes, without a sandbox: for tests of what is above it. A shell
 * around the command plays the shim: it outlives this object and leaves the exit code in a file.
 */
public final class ProcessExecutor implements AttemptExecutor {
  private final Path root;

  /** Every attempt that was started, in order; one that is here twice ran twice. */
  public final List<AttemptId> started = new CopyOnWriteArrayList<>();

  /** Runs before the start of each. */
  public volatile Runnable beforeStart = () -> {};

  public ProcessExecutor(Path root) {
    this.root = root;
  }

  @Override
  public Ended run(Assignment assignment, CancelSignal cancel, Progress progress)
      throws InterruptedException {
    beforeStart.run();
    if (cancel.requested()) {
      return new Ended(
          AttemptResult.notStarted(Outcome.CANCELLED, Refusal.NONE, "before start", Instant.now()),
          false);
    }
    Path dir = spool(assignment.id());
    try {
      Files.createDirectories(dir);
      started.add(assignment.id());
      List<String> argv = new ArrayList<>();
      argv.addAll(List.of("setsid", "sh", "-c"));
      argv.add(
          "cd \"$0\"; echo $$ > pid; \"$@\" >stdout 2>stderr; echo $? > exit.new; mv exit.new exit");
      argv.add(dir.toString());
      argv.addAll(((Work.Command) assignment.work()).argv());
      ProcessBuilder builder = new ProcessBuilder(argv);
      builder.environment().putAll(assignment.env());
      builder
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .redirectInput(Path.of("/dev/null").toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return follow(dir, cancel, progress);
  }

  @Override
  public boolean hasTrace(AttemptId id) {
    return Files.exists(spool(id));
  }

  @Override
  public Path spool(AttemptId id) {
    return root.resolve(id.label());
  }

  @Override
  public Ended reattach(
      Assignment assignment, boolean sameBoot, CancelSignal cancel, Progress progress)
      throws InterruptedException {
    return follow(spool(assignment.id()), cancel, progress);
  }

  private Ended follow(Path dir, CancelSignal cancel, Progress progress)
      throws InterruptedException {
    Instant started = Instant.now();
    progress.started(dir, true, started);
    cancel.onRequest(() -> kill(dir));
    Path exit = dir.resolve("exit");
    while (!Files.exists(exit)) {
      Thread.sleep(2);
      progress.grew(StreamName.STDOUT);
      progress.grew(StreamName.STDERR);
    }
    try {
      int code = Integer.parseInt(Files.readString(exit).strip());
      return new Ended(
          new AttemptResult(
              cancel.requested() ? Outcome.CANCELLED : Outcome.EXITED,
              cancel.requested() ? 0 : code,
              cancel.requested() ? 15 : 0,
              "",
              Refusal.NONE,
              started,
              Instant.now(),
              new StreamEnd(Files.size(dir.resolve("stdout")), 0),
              new StreamEnd(Files.size(dir.resolve("stderr")), 0),
              "",
              ResourceUse.UNKNOWN,
              java.util.List.of()),
          true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void kill(Path dir) {
    try {
      Path pid = dir.resolve("pid");
      while (!Files.exists(pid)) {
        Thread.onSpinWait();
      }
      ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
          .ifPresent(shell -> shell.descendants().forEach(ProcessHandle::destroy));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void discard(AttemptId id) {
    if (!hasTrace(id)) {
      return;
    }
    try (Stream<Path> files = Files.walk(spool(id))) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void discardAllBut(Set<AttemptId> known) {}
}
