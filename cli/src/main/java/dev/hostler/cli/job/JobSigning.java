package dev.hostler.cli.job;

import dev.hostler.cli.connect.Context;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobSandbox;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.Targets;
import dev.hostler.trust.limits.Limits;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wants besides the work and the hosts, made into a signed job.
 *
 * @param env environment variables
 * @param timeout null: the action's own
 * @param concurrency 0: no limit
 * @param startWithin null: an hour, or as long as the certificate is valid
 * @param allowOlder may a version below the highest that a host has seen run?
 * @param profile narrows the system calls: a name, or a file; empty: nothing does
 * @param limits what attempts may use at most
 * @param learn record what the action does, in the widest sandbox?
 * @param capture what is kept of hosts before it starts
 */
record JobSigning(
    Map<String, String> env,
    @Nullable Duration timeout,
    int concurrency,
    @Nullable Duration startWithin,
    boolean allowOlder,
    String profile,
    Limits limits,
    boolean learn,
    JobCapture capture) {
  private static final Duration USUAL_START = Duration.ofHours(1);

  /** Hosts whose clocks are a little behind must not refuse a job that was signed just now. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  /** With no profile and no limits. */
  JobSigning(
      Map<String, String> env,
      @Nullable Duration timeout,
      int concurrency,
      @Nullable Duration startWithin,
      boolean allowOlder) {
    this(env, timeout, concurrency, startWithin, allowOlder, "", Limits.NONE, false);
  }

  /** With nothing kept but what a bundle declares. */
  JobSigning(
      Map<String, String> env,
      @Nullable Duration timeout,
      int concurrency,
      @Nullable Duration startWithin,
      boolean allowOlder,
      String profile,
      Limits limits,
      boolean learn) {
    this(
        env,
        timeout,
        concurrency,
        startWithin,
        allowOlder,
        profile,
        limits,
        learn,
        JobCapture.NONE);
  }

  /**
   * Reads the keys that sign jobs.
   *
   * @throws CliFailure if they cannot be used
   */
  static SigningKeys keys(Context context) {
    try {
      return SigningKeys.read(context.signCert(), context.signKey());
    } catch (IOException | SigningException e) {
      throw CliFailure.usage(
          "jobs are signed, but the signing key of context \""
              + context.name()
              + "\" cannot be used: "
              + e.getMessage()
              + "\nMake one with `hostler operator create`, then log in with it, or set"
              + " HOSTLER_SIGN_CERT and HOSTLER_SIGN_KEY.");
    }
  }

  /**
   * Signs.
   *
   * @param nonce new
   * @param sandbox what {@link #profile} is
   * @throws CliFailure if every host would refuse it
   */
  SignedJob sign(
      JobWork work,
      String nonce,
      Targets targets,
      JobSandbox sandbox,
      SigningKeys keys,
      Instant now) {
    Instant second = now.truncatedTo(ChronoUnit.SECONDS);
    Instant end = keys.chain().getFirst().getNotAfter().toInstant();
    Instant expires = second.plus(startWithin == null ? USUAL_START : startWithin);
    if (expires.isAfter(end)) {
      if (startWithin != null && now.isBefore(end)) {
        throw CliFailure.usage(
            "--start-within: the job could start until "
                + expires
                + ", but hosts take it only while the signing certificate is valid, until "
                + end);
      }
      expires = end;
    }
    if (!expires.isAfter(second)) {
      expires = second.plusSeconds(1);
    }
    try {
      return SignedJob.sign(
          new JobStatement(
              work,
              new TreeMap<>(env),
              timeout,
              concurrency,
              second.minus(CLOCK_SKEW),
              expires,
              nonce,
              allowOlder,
              targets,
              sandbox,
              limits,
              capture),
          keys,
          now);
    } catch (JobException e) {
      throw CliFailure.usage("cannot sign the job: " + e.getMessage());
    }
  }
}
