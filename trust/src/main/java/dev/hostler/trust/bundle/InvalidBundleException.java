package dev.hostler.trust.bundle;

import dev.hostler.trust.json.Problem;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A bundle folder cannot be built, or parameters do not fit. Holds every problem that was found.
 */
public final class InvalidBundleException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * @param what what was looked at
   * @param problems at least one
   */
  public InvalidBundleException(String what, List<Problem> problems) {
    super(
        what
            + (problems.size() == 1 ? ": " : " has " + problems.size() + " problems:\n  ")
            + problems.stream().map(Problem::toString).collect(Collectors.joining("\n  ")));
    this.problems = List.copyOf(problems);
  }

  /** All problems, in the order of the fields. */
  public List<Problem> problems() {
    return problems;
  }
}
