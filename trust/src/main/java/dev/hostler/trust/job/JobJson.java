package dev.hostler.trust.job;

import dev.hostler.trust.job.JobException.Reason;
import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.limits.Limits;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The statement's JSON form. Exactly one text stands for a job, and no other is read. */
final class JobJson {
  private JobJson() {}

  static byte[] write(JobStatement job) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("format", JobStatement.FORMAT);
    switch (job.work()) {
      case JobWork.Action action -> {
        ObjectNode name =
            root.putObject("action")
                .put("bundle", action.bundle())
                .put("version", action.version())
                .put("action", action.action())
                .put("manifest", action.manifest());
        if (action.preview()) {
          name.put("preview", true);
        }
        root.set("params", Json.MAPPER.readTree(action.params()));
      }
      case JobWork.Command command -> {
        ArrayNode argv = root.putArray("command");
        command.argv().forEach(argv::add);
        if (!command.runAs().equals(JobWork.Command.DEFAULT_USER)) {
          root.put("run_as", command.runAs());
        }
      }
      case JobWork.Snapshot snapshot -> {
        ObjectNode asked =
            root.putObject("snapshot")
                .put("verb", snapshot.verb())
                .put("id", snapshot.id())
                .put("force", snapshot.force())
                .put("reason", snapshot.reason());
        if (!snapshot.shown().isEmpty()) {
          ArrayNode shown = asked.putArray("shown");
          snapshot.shown().forEach(shown::add);
        }
      }
      case JobWork.Checkpoint checkpoint ->
          root.set(CheckpointJson.KEY, CheckpointJson.write(checkpoint));
      case JobWork.SandboxTest test -> root.putObject("sandbox_test").put("run_as", test.runAs());
    }
    ObjectNode env = root.putObject("env");
    job.env().forEach(env::put);
    if (job.timeout() != null) {
      root.put("timeout_ms", job.timeout().toMillis());
    }
    if (!job.limits().isEmpty()) {
      job.limits().write(root.putObject("limits"));
    }
    root.put("concurrency", job.concurrency());
    root.put("not_before", job.notBefore().toString());
    root.put("expires", job.expires().toString());
    root.put("nonce", job.nonce());
    root.put("allow_older", job.allowOlder());
    if (!job.sandbox().equals(JobSandbox.USUAL)) {
      root.set("sandbox", SandboxJson.write(job.sandbox()));
    }
    CaptureJson.write(job.capture(), root);
    root.putObject("targets").put("count", job.targets().count()).put("root", job.targets().root());
    return Json.canonical(root);
  }

  static JobStatement read(byte[] json) throws JobException {
    if (json.length > JobStatement.MAX_BYTES) {
      throw new JobException(
          Reason.TOO_LARGE,
          "the job has "
              + json.length
              + " bytes: at most "
              + JobStatement.MAX_BYTES
              + "; pass large data as a file of a bundle");
    }
    JsonNode root;
    try {
      root = Json.parse(json);
    } catch (IllegalArgumentException e) {
      throw new JobException(Reason.MALFORMED, "the job is not JSON: " + e.getMessage(), e);
    }
    Problems problems = new Problems();
    JobStatement job = read(new JsonFields(root, "", problems), problems);
    if (job != null) {
      JobRules.check(job, problems);
    }
    if (job == null || !problems.isEmpty()) {
      throw new JobException(
          Reason.MALFORMED,
          problems.list().stream()
              .map(Problem::toString)
              .collect(Collectors.joining("\n  ", "the job is not valid:\n  ", "")));
    }
    if (!Arrays.equals(write(job), json)) {
      throw new JobException(
          Reason.MALFORMED, "the job's statement is not in its canonical form (RFC 8785)");
    }
    return job;
  }

  private static @Nullable JobStatement read(JsonFields fields, Problems problems) {
    String format = fields.string("format");
    if (!format.equals(JobStatement.FORMAT)) {
      problems.add(
          "format", "is " + Problems.show(format), "this program reads " + JobStatement.FORMAT);
      return null;
    }
    JobWork work = work(fields, problems);
    var env = fields.stringMap("env");
    Duration timeout =
        fields.get("timeout_ms") == null ? null : Duration.ofMillis(fields.integer("timeout_ms"));
    JsonNode limited = fields.get("limits");
    Limits limits =
        limited == null ? Limits.NONE : Limits.read(limited, fields.path("limits"), problems);
    int concurrency = count(fields, "concurrency", problems);
    Instant notBefore = instant(fields, "not_before", problems);
    Instant expires = instant(fields, "expires", problems);
    String nonce = fields.string("nonce");
    boolean allowOlder = fields.bool("allow_older");
    JobSandbox sandbox = SandboxJson.read(fields, problems);
    JobCapture capture = CaptureJson.read(fields, problems);
    Targets targets =
        fields.table(
            "targets", (node, path) -> targets(new JsonFields(node, path, problems), problems));
    fields.noOthers();
    return work == null || targets == null || !problems.isEmpty()
        ? null
        : new JobStatement(
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
            capture);
  }

  private static @Nullable JobWork work(JsonFields fields, Problems problems) {
    List<String> kinds =
        List.of("action", "command", "snapshot", CheckpointJson.KEY, "sandbox_test");
    List<String> given = kinds.stream().filter(kind -> fields.get(kind) != null).toList();
    if (given.size() != 1) {
      problems.add(
          String.join(", ", given.isEmpty() ? kinds : given),
          given.isEmpty() ? "are all missing" : "are given together",
          "give one of them");
      return null;
    }
    String kind = given.getFirst();
    if (kind.equals("snapshot")) {
      return fields.table(
          "snapshot", (node, path) -> snapshot(new JsonFields(node, path, problems)));
    }
    if (kind.equals(CheckpointJson.KEY)) {
      return fields.table(
          kind, (node, path) -> CheckpointJson.read(new JsonFields(node, path, problems)));
    }
    if (kind.equals("sandbox_test")) {
      return fields.table(
          "sandbox_test", (node, path) -> sandboxTest(new JsonFields(node, path, problems)));
    }
    if (kind.equals("command")) {
      return new JobWork.Command(
          fields.strings("command"), fields.string("run_as", JobWork.Command.DEFAULT_USER));
    }
    ObjectNode params = fields.object("params");
    String text = params == null ? "{}" : Json.canonicalText(params);
    return fields.table(
        "action", (node, path) -> action(new JsonFields(node, path, problems), text));
  }

  private static JobWork snapshot(JsonFields fields) {
    JobWork snapshot =
        new JobWork.Snapshot(
            fields.string("verb"),
            fields.string("id"),
            fields.bool("force"),
            fields.string("reason"),
            fields.get("shown") == null ? List.of() : fields.strings("shown"));
    fields.noOthers();
    return snapshot;
  }

  private static JobWork sandboxTest(JsonFields fields) {
    JobWork test = new JobWork.SandboxTest(fields.string("run_as"));
    fields.noOthers();
    return test;
  }

  private static JobWork action(JsonFields fields, String params) {
    JobWork action =
        new JobWork.Action(
            fields.string("bundle"),
            fields.string("version"),
            fields.string("action"),
            fields.string("manifest"),
            params,
            fields.get("preview") != null && fields.bool("preview"));
    fields.noOthers();
    return action;
  }

  private static Targets targets(JsonFields fields, Problems problems) {
    Targets targets = new Targets(count(fields, "count", problems), fields.string("root"));
    fields.noOthers();
    return targets;
  }

  private static int count(JsonFields fields, String key, Problems problems) {
    long value = fields.integer(key);
    if (value > JobStatement.MAX_TARGETS) {
      problems.add(fields.path(key), "is " + value, "at most " + JobStatement.MAX_TARGETS);
      return 0;
    }
    return (int) value;
  }

  private static Instant instant(JsonFields fields, String key, Problems problems) {
    String text = fields.string(key);
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      problems.add(
          fields.path(key),
          "is " + Problems.show(text),
          "give whole seconds in UTC, like 2026-11-21T07:00:00Z");
      return Instant.EPOCH;
    }
  }
}
