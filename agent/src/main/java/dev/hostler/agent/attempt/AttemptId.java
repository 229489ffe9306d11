package dev.hostler.agent.attempt;

import java.util.regex.Pattern;

/**
 * Names one try at a task. The number fences late messages of an earlier try.
 *
 * @param taskId the task, as the controller names it; also part of file names, hence its alphabet
 * @param number from 1
 */
public record AttemptId(String taskId, int number) {
  private static final Pattern TASK_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}");

  /**
   * @throws IllegalArgumentException if the task id could not be part of a file name, or the number
   *     is not positive
   */
  public AttemptId {
    if (!TASK_ID.matcher(taskId).matches()) {
      throw new IllegalArgumentException(
          "task id \"" + taskId + "\" is not of the form " + TASK_ID.pattern());
    }
    if (number < 1) {
      throw new IllegalArgumentException("attempt number " + number + " is below 1");
    }
  }

  /**
   * The attempt with this {@link #label}.
   *
   * @throws IllegalArgumentException if none has
   */
  public static AttemptId ofLabel(String label) {
    int dot = label.lastIndexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException("\"" + label + "\" is no label of an attempt");
    }
    return new AttemptId(label.substring(0, dot), Integer.parseInt(label.substring(dot + 1)));
  }

  /** "task.number": what the attempt's directory and its cgroup are called. */
  public String label() {
    return taskId + "." + number;
  }

  @Override
  public String toString() {
    return label();
  }
}
