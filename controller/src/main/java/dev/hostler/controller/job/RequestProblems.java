package dev.hostler.controller.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the fields of a request that need no look at anything else. */
final class RequestProblems {
  static final int MAX_ARGUMENTS = 4096;
  static final int MAX_COMMAND_CHARS = 128 << 10;
  static final int MAX_VARIABLES = 256;
  static final int MAX_ENV_CHARS = 64 << 10;
  static final int MAX_PARAMS_CHARS = 256 << 10;
  static final int MAX_HOSTS = 100_000;
  static final int MAX_SELECTOR_CHARS = 4096;
  static final int MAX_CONCURRENCY = 1_000_000;
  static final Duration MAX_TIMEOUT = Duration.ofDays(30);
  static final int MAX_KEY = 128;
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final int SHOWN = 60;

  private final List<String> problems = new ArrayList<>();

  private RequestProblems() {}

  /** Every problem, each naming the field, the value and the fix; empty if there is none. */
  static List<String> of(JobRequest request) {
    RequestProblems found = new RequestProblems();
    found.work(request.work());
    found.targets(request);
    found.env(request.env());
    found.duration("timeout", request.timeout());
    found.duration("start_within", request.startWithin());
    if (request.concurrency() < 0 || request.concurrency() > MAX_CONCURRENCY) {
      found.add(
          "concurrency: %d is not between 0 (no limit) and %d",
          request.concurrency(), MAX_CONCURRENCY);
    }
    if (request.idempotencyKey().length() > MAX_KEY
        || request.idempotencyKey().indexOf('\0') >= 0) {
      found.add(
          "idempotency_key: %s is not text of at most %d characters",
          shown(request.idempotencyKey()), MAX_KEY);
    }
    return found.problems;
  }

  @SuppressWarnings("AnnotateFormatMethod") // every caller is in this class
  private void add(String format, Object... values) {
    problems.add(format.formatted(values));
  }

  private void work(JobRequest.@Nullable WorkRequest work) {
    switch (work) {
      case null -> add("work: missing; give either action or command");
      case JobRequest.CommandRequest(List<String> argv) -> command(argv);
      case JobRequest.ActionRequest action -> {
        if (action.bundle().isEmpty()) {
          add("action.name.bundle: missing; give the name of a bundle");
        }
        if (action.action().isEmpty()) {
          add("action.name.action: missing; give the name of an action of the bundle");
        }
        if (action.params().length() > MAX_PARAMS_CHARS) {
          add(
              "action.params: %d characters of JSON are more than the %d that fit; pass large data as a file of the bundle",
              action.params().length(), MAX_PARAMS_CHARS);
        }
      }
    }
  }

  private void command(List<String> argv) {
    if (argv.isEmpty() || argv.getFirst().isEmpty()) {
      add("command.argv: empty; the first argument is the program to run");
    }
    if (argv.size() > MAX_ARGUMENTS) {
      add("command.argv: %d arguments are more than the %d that fit", argv.size(), MAX_ARGUMENTS);
    }
    long chars = argv.stream().mapToLong(String::length).sum();
    if (chars > MAX_COMMAND_CHARS) {
      add("command.argv: %d characters are more than the %d that fit", chars, MAX_COMMAND_CHARS);
    }
    for (int i = 0; i < argv.size(); i++) {
      if (argv.get(i).indexOf('\0') >= 0) {
        add("command.argv[%d]: %s contains a NUL character", i, shown(argv.get(i)));
      }
    }
  }

  private void targets(JobRequest request) {
    boolean selector = !request.selector().isEmpty();
    boolean hosts = !request.hosts().isEmpty();
    if (selector == hosts) {
      add(
          selector
              ? "selector, hosts: both given; give one of them"
              : "selector, hosts: both missing; give one of them (the selector `all` means every host)");
    }
    if (request.selector().length() > MAX_SELECTOR_CHARS) {
      add(
          "selector: %d characters are more than the %d that fit",
          request.selector().length(), MAX_SELECTOR_CHARS);
    }
    if (request.hosts().size() > MAX_HOSTS) {
      add("hosts: %d are more than the %d that fit", request.hosts().size(), MAX_HOSTS);
    }
  }

  private void env(Map<String, String> env) {
    if (env.size() > MAX_VARIABLES) {
      add("env: %d variables are more than the %d that fit", env.size(), MAX_VARIABLES);
    }
    long chars = 0;
    for (Map.Entry<String, String> variable : env.entrySet()) {
      chars += variable.getKey().length() + variable.getValue().length();
      if (!VARIABLE.matcher(variable.getKey()).matches()) {
        add("env: %s is not a name; names match %s", shown(variable.getKey()), VARIABLE);
      }
      if (variable.getValue().indexOf('\0') >= 0) {
        add("env[%s]: the value contains a NUL character", shown(variable.getKey()));
      }
    }
    if (chars > MAX_ENV_CHARS) {
      add("env: %d characters are more than the %d that fit", chars, MAX_ENV_CHARS);
    }
  }

  private void duration(String field, @Nullable Duration value) {
    if (value != null
        && (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(MAX_TIMEOUT) > 0)) {
      add("%s: %s is not between 1 ms and %d days", field, value, MAX_TIMEOUT.toDays());
    }
  }

  private static String shown(String value) {
    String visible = value.replaceAll("\\p{Cntrl}", "·");
    return '"' + (visible.length() <= SHOWN ? visible : visible.substring(0, SHOWN) + "…") + '"';
  }
}
