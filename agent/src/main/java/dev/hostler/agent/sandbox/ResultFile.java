package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.CgroupCounters;
import dev.hostler.agent.sandbox.cgroup.CpuThrottling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the record that hostler-launch leaves when everything is over (launcher/src/record.c). */
final class ResultFile {
  private final Path file;
  private final Map<String, String> values;

  private ResultFile(Path file, Map<String, String> values) {
    this.file = file;
    this.values = values;
  }

  /**
   * @throws SandboxException if it is not such a record, or of another attempt
   * @throws IOException if it cannot be read
   */
  static RunRecord read(Path file, String attempt) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), unescape(line.substring(equals + 1)));
      }
    }
    ResultFile result = new ResultFile(file, values);
    if (result.number("version") != 1 || !result.text("attempt").equals(attempt)) {
      throw new SandboxException(
          file + ": is not the record of attempt " + attempt + " in version 1");
    }
    return result.toRecord(attempt);
  }

  private RunRecord toRecord(String attempt) throws SandboxException {
    return new RunRecord(
        attempt,
        end(),
        reason(),
        optional("started_unix_ns").isPresent()
            ? Optional.of(AttemptFiles.ofUnixNanos(number("started_unix_ns")))
            : Optional.empty(),
        AttemptFiles.ofUnixNanos(number("ended_unix_ns")),
        new StreamTotal(number("stdout_bytes"), number("stdout_dropped")),
        new StreamTotal(number("stderr_bytes"), number("stderr_dropped")),
        (int) number("spool_errno"),
        number("spool_lost"),
        optional("denied").orElse(0),
        new CgroupCounters(
            optional("oom_kills"),
            optional("memory_peak_bytes"),
            optional("cpu_usec"),
            optional("pids_denied"),
            new CpuThrottling(
                optional("cpu_periods").orElse(0),
                optional("cpu_throttled").orElse(0),
                optional("cpu_throttled_usec").orElse(0))),
        new LimitMarks(
            optional("tmp_full").orElse(0),
            optional("files_full").orElse(0),
            optional("tmp_peak_bytes").orElse(0)));
  }

  private RunEnd end() throws SandboxException {
    return switch (text("state")) {
      case "exited" -> new RunEnd.Exited((int) number("exit_code"));
      case "signaled" -> new RunEnd.Signaled((int) number("signal"));
      case "not_started" ->
          new RunEnd.NotStarted(text("stage"), (int) number("errno"), text("error"));
      default -> throw unknown("state");
    };
  }

  private StopReason reason() throws SandboxException {
    try {
      return StopReason.valueOf(values.getOrDefault("reason", "none").toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException _) {
      throw unknown("reason");
    }
  }

  private SandboxException unknown(String key) throws SandboxException {
    return new SandboxException(
        file + ": " + key + " \"" + text(key) + "\" is not known; is the launcher newer?");
  }

  private String text(String key) throws SandboxException {
    String value = values.get(key);
    if (value == null) {
      throw new SandboxException(file + ": has no " + key);
    }
    return value;
  }

  private long number(String key) throws SandboxException {
    try {
      return Long.parseLong(text(key));
    } catch (NumberFormatException e) {
      throw new SandboxException(file + ": " + key + " \"" + text(key) + "\" is no number", e);
    }
  }

  private OptionalLong optional(String key) throws SandboxException {
    return values.containsKey(key) ? OptionalLong.of(number(key)) : OptionalLong.empty();
  }

  private static String unescape(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        c = text.charAt(i) == 'n' ? '\n' : text.charAt(i);
      }
      out.append(c);
    }
    // What the launcher wrote is bytes; names of files in messages are mostly UTF-8.
    return new String(out.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
