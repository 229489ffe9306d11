package dev.hostler.controller.job;

import dev.hostler.controller.denial.Denial;
import dev.hostler.controller.output.Piece;
import dev.hostler.controller.output.Stream;
import java.util.List;

/**
 * Where a watch goes. Each method waits until the reader takes more, so a slow reader slows its
 * watch and nothing else.
 */
public interface WatchSink {

  /** The job or its counts changed. */
  void job(Job job) throws InterruptedException;

  /** A task reached another state. */
  void task(Task task) throws InterruptedException;

  /** A piece of a task's output. */
  void output(Task task, Piece piece) throws InterruptedException;

  /** The end of a stream that was cut: so many bytes after {@code offset} are missing. */
  void dropped(Task task, Stream stream, long offset, long bytes) throws InterruptedException;

  /** System calls of a task were denied: those that are new or have grown in number. */
  void denied(Task task, List<Denial> denials) throws InterruptedException;

  /** Has the reader gone away? */
  boolean isCancelled();
}
