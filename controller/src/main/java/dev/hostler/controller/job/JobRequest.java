package dev.hostler.controller.job;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an operator asks for, not yet validated.
 *
 * @param operator who asks
 * @param work what to do; null if nothing was said
 * @param selector CEL expression; empty if hosts are named
 * @param hosts ids or names; empty if there is a selector
 * @param env environment variables
 * @param timeout null: the action's own limit, else the agent's default
 * @param concurrency most tasks at once; 0: no limit
 * @param startWithin null: one hour
 * @param idempotencyKey empty: none
 */
public record JobRequest(
    String operator,
    @Nullable WorkRequest work,
    String selector,
    List<String> hosts,
    Map<String, String> env,
    @Nullable Duration timeout,
    long concurrency,
    @Nullable Duration startWithin,
    String idempotencyKey) {

  /** What to do. */
  public sealed interface WorkRequest {}

  /**
   * An action of a bundle.
   *
   * @param bundle bundle name
   * @param version empty: the newest
   * @param action name of the action
   * @param params a JSON object
   */
  public record ActionRequest(String bundle, String version, String action, String params)
      implements WorkRequest {}

  /**
   * A command line.
   *
   * @param argv the program and its arguments
   */
  public record CommandRequest(List<String> argv) implements WorkRequest {}
}
