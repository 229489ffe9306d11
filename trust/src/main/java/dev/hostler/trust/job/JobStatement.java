package dev.hostler.trust.job;

import dev.hostler.trust.limits.Limits;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an operator signs: everything that decides what runs, where and when. Immutable. A record
 * may hold values that break the rules; {@link #canonicalJson} and {@link #read} refuse them.
 *
 * @param work what to run
 * @param env environment variables on top of the sandbox's own
 * @param timeout wall time of each attempt, whole milliseconds; null: the action's own limit, else
 *     the agent's default
 * @param concurrency most tasks assigned or running at once, which the controller keeps; 0: no
 *     limit
 * @param notBefore not to be started before this; whole seconds
 * @param expires not to be started at or after this; whole seconds
 * @param nonce 16 random bytes in base64url without padding; makes the job unique
 * @param allowOlder whether a bundle version below the highest that a host has seen may run
 * @param targets for which hosts
 * @param sandbox what is asked of the sandbox
 * @param limits what attempts may use at most; they only lower what else holds. Without the
 *     timeout, which is a field of its own
 * @param capture what is kept of a host before the program starts
 */
public record JobStatement(
    JobWork work,
    SortedMap<String, String> env,
    @Nullable Duration timeout,
    int concurrency,
    Instant notBefore,
    Instant expires,
    String nonce,
    boolean allowOlder,
    Targets targets,
    JobSandbox sandbox,
    Limits limits,
    JobCapture capture) {

  /** The format that this program writes and reads. */
  public static final String FORMAT = "hostler.job/1";

  /** Largest statement in bytes. */
  public static final int MAX_BYTES = 1 << 20;

  /** Longest time from {@link #notBefore} to {@link #expires}: bounds what hosts must remember. */
  public static final Duration LONGEST_LIFE = Duration.ofDays(31);

  /** Most hosts of one job. */
  public static final int MAX_TARGETS = 1_000_000;

  private static final int NONCE_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  public JobStatement {
    env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
  }

  /** With nothing captured but what a bundle declares. */
  public JobStatement(
      JobWork work,
      SortedMap<String, String> env,
      @Nullable Duration timeout,
      int concurrency,
      Instant notBefore,
      Instant expires,
      String nonce,
      boolean allowOlder,
      Targets targets,
      JobSandbox sandbox,
      Limits limits) {
    this(
        work,
        env,
        timeout,
        concurrency,
        notBefore,
        expires,
        nonce,
        allowOlder,
        targets,
        sandbox,
        limits,
        JobCapture.NONE);
  }

  /** With nothing asked of the sandbox, and without limits of its own. */
  public JobStatement(
      JobWork work,
      SortedMap<String, String> env,
      @Nullable Duration timeout,
      int concurrency,
      Instant notBefore,
      Instant expires,
      String nonce,
      boolean allowOlder,
      Targets targets) {
    this(
        work,
        env,
        timeout,
        concurrency,
        notBefore,
        expires,
        nonce,
        allowOlder,
        targets,
        JobSandbox.USUAL,
        Limits.NONE);
  }

  /** A nonce that was never used. */
  public static String newNonce() {
    byte[] bytes = new byte[NONCE_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Reads the canonical JSON form.
   *
   * @throws JobException TOO_LARGE, or MALFORMED with every problem
   */
  public static JobStatement read(byte[] canonicalJson) throws JobException {
    return JobJson.read(canonicalJson);
  }

  /**
   * The canonical JSON form, which is what is signed.
   *
   * @throws JobException TOO_LARGE, or MALFORMED with every rule that is broken
   */
  public byte[] canonicalJson() throws JobException {
    byte[] json = JobJson.write(this);
    JobJson.read(json); // what hosts would refuse is not written
    return json;
  }
}
