package dev.hostler.trust.job;

import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problems;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON form of what an operator wants kept before a program starts, and its rules. */
final class CaptureJson {
  private static final String KEY = "capture";

  private CaptureJson() {}

  static void write(JobCapture capture, ObjectNode job) {
    if (capture.isEmpty()) {
      return;
    }
    ObjectNode node = Json.MAPPER.createObjectNode();
    if (!capture.paths().isEmpty()) {
      ArrayNode paths = node.putArray("paths");
      capture.paths().forEach(paths::add);
    }
    if (capture.rollback()) {
      node.put("rollback_on_failure", true);
    }
    job.set(KEY, node);
  }

  static JobCapture read(JsonFields job, Problems problems) {
    if (job.get(KEY) == null) {
      return JobCapture.NONE;
    }
    JobCapture read = job.table(KEY, (node, path) -> capture(node, path, problems));
    return read == null ? JobCapture.NONE : read;
  }

  private static JobCapture capture(JsonNode node, String path, Problems problems) {
    JsonFields fields = new JsonFields(node, path, problems);
    JobCapture capture =
        new JobCapture(
            fields.strings("paths", List.of()),
            fields.get("rollback_on_failure") != null && fields.bool("rollback_on_failure"));
    fields.noOthers();
    return capture;
  }

  static void check(JobStatement job, Problems problems) {
    JobCapture capture = job.capture();
    if (capture.isEmpty()) {
      return;
    }
    SnapshotPaths.check(capture.paths(), KEY + ".paths", JobCapture.MOST_PATHS, problems);
    switch (job.work()) {
      case JobWork.Action action when action.preview() ->
          problems.add(KEY, "is given", "a preview changes nothing; leave it out");
      case JobWork.Action _ -> {}
      case JobWork.Command _ -> {
        if (capture.paths().isEmpty()) {
          problems.add(
              KEY + ".rollback_on_failure",
              "is set, but no path is kept",
              "no bundle declares what a command changes; name paths");
        }
      }
      case JobWork.Snapshot _, JobWork.Checkpoint _, JobWork.SandboxTest _ ->
          problems.add(KEY, "is given", "only actions and commands have something to bring back");
    }
  }
}
