package dev.hostler.cli.audit;

import com.google.protobuf.Timestamp;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.common.config.Quantities;
import dev.hostler.proto.v1.AuditFilter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which rows of the audit log. */
final class AuditFilterOptions {
  private static final String TIME = "TIME";

  @Option(
      names = "--since",
      paramLabel = TIME,
      description = "Not before: a time like 2026-11-21T08:00:00Z, or how long ago, like 24h.")
  private String since = "";

  @Option(names = "--until", paramLabel = TIME, description = "Before; written like --since.")
  private String until = "";

  @Option(names = "--operator", paramLabel = "NAME", description = "What this operator did.")
  private String operator = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "By or to this host, and jobs for it. Name, or id (also of a removed one).")
  private String host = "";

  @Option(
      names = "--verb",
      paramLabel = "VERB",
      description = "This verb, for example job.submit; * stands for any characters.")
  private String verb = "";

  @Option(names = "--result", paramLabel = "RESULT", description = "ok or refused.")
  private String result = "";

  AuditFilter filter(Instant now) {
    if (!result.isEmpty() && !result.equals("ok") && !result.equals("refused")) {
      throw CliFailure.usage("--result " + result + ": ok or refused");
    }
    AuditFilter.Builder filter =
        AuditFilter.newBuilder()
            .setOperator(operator)
            .setHost(host)
            .setVerb(verb)
            .setResult(result);
    if (!since.isEmpty()) {
      filter.setSince(time("--since", since, now));
    }
    if (!until.isEmpty()) {
      filter.setUntil(time("--until", until, now));
    }
    return filter.build();
  }

  private static Timestamp time(String option, String text, Instant now) {
    Optional<Duration> ago = Quantities.duration(text);
    try {
      Instant instant =
          ago.isPresent() ? now.minus(ago.get()) : OffsetDateTime.parse(text).toInstant();
      return Timestamp.newBuilder()
          .setSeconds(instant.getEpochSecond())
          .setNanos(instant.getNano())
          .build();
    } catch (DateTimeException | ArithmeticException e) {
      throw CliFailure.usage(
          option
              + " "
              + text
              + ": write a time like 2026-11-21T08:00:00Z, or how long ago, like 24h");
    }
  }
}
