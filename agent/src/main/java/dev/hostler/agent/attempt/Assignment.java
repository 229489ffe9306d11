package dev.hostler.agent.attempt;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A task for this host, which has verified that an operator signed it.
 *
 * @param id which try this is
 * @param jobId the job it belongs to
 * @param work what to run
 * @param env environment variables on top of the sandbox's own
 * @param timeout wall time from start; zero: the action's own limit, else the agent's default
 * @param expiresAt not to be started at or after this; null: never expires
 * @param authority who signed it, and what else of that matters later
 * @param bounds limits that came with it
 */
public record Assignment(
    AttemptId id,
    String jobId,
    Work work,
    Map<String, String> env,
    Duration timeout,
    @Nullable Instant expiresAt,
    Authority authority,
    Bounds bounds) {
  private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /**
   * @throws IllegalArgumentException if a variable could not be one, or the timeout is negative
   */
  public Assignment {
    env = Map.copyOf(new TreeMap<>(env));
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("timeout " + timeout + " is negative");
    }
    env.forEach((name, value) -> {
      if (!ENV_NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "env name \"" + name + "\" is not of the form " + ENV_NAME.pattern());
      }
      if (value.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("env " + name + " has a NUL byte in its value");
      }
    });
  }

  /** Without limits. */
  public Assignment(
      AttemptId id,
      String jobId,
      Work work,
      Map<String, String> env,
      Duration timeout,
      @Nullable Instant expiresAt,
      Authority authority) {
    this(id, jobId, work, env, timeout, expiresAt, authority, Bounds.NONE);
  }

  /** The same with other limits. */
  public Assignment withBounds(Bounds other) {
    return new Assignment(id, jobId, work, env, timeout, expiresAt, authority, other);
  }

  /** Has the time passed until which this may be started? */
  public boolean expired(Instant now) {
    return expiresAt != null && !now.isBefore(expiresAt);
  }

  /** Who asked for it. */
  public String operator() {
    return authority.operator();
  }
}
