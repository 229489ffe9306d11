package dev.hostler.trust.job;

import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problems;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON form of jobs about checkpoints, and their rules. */
final class CheckpointJson {
  static final String KEY = "checkpoint";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");
  private static final int MOST_PATHS = 64;

  private CheckpointJson() {}

  static ObjectNode write(JobWork.Checkpoint checkpoint) {
    ObjectNode node =
        Json.MAPPER
            .createObjectNode()
            .put("verb", checkpoint.verb())
            .put("name", checkpoint.name())
            .put("reason", checkpoint.reason());
    if (!checkpoint.paths().isEmpty()) {
      ArrayNode paths = node.putArray("paths");
      checkpoint.paths().forEach(paths::add);
    }
    if (checkpoint.force()) {
      node.put("force", true);
    }
    if (!checkpoint.shown().isEmpty()) {
      ArrayNode shown = node.putArray("shown");
      checkpoint.shown().forEach(shown::add);
    }
    return node;
  }

  static JobWork read(JsonFields fields) {
    JobWork checkpoint =
        new JobWork.Checkpoint(
            fields.string("verb"),
            fields.string("name"),
            fields.get("paths") == null ? List.of() : fields.strings("paths"),
            fields.get("force") != null && fields.bool("force"),
            fields.string("reason"),
            fields.get("shown") == null ? List.of() : fields.strings("shown"));
    fields.noOthers();
    return checkpoint;
  }

  static void check(JobWork.Checkpoint checkpoint, Problems problems) {
    if (!JobWork.Checkpoint.VERBS.contains(checkpoint.verb())) {
      problems.add(
          KEY + ".verb",
          "is " + Problems.show(checkpoint.verb()),
          "use one of " + JobWork.Checkpoint.VERBS);
    }
    if (!NAME.matcher(checkpoint.name()).matches()) {
      problems.add(
          KEY + ".name",
          "is " + Problems.show(checkpoint.name()),
          "use 1 to 63 letters, digits, '.', '_' and '-', beginning with a letter or a digit");
    }
    boolean create = checkpoint.verb().equals("create");
    if (create == checkpoint.paths().isEmpty()) {
      problems.add(
          KEY + ".paths",
          "has " + checkpoint.paths().size() + " paths",
          create ? "name what is to be kept" : "only for create");
    }
    SnapshotPaths.check(checkpoint.paths(), KEY + ".paths", MOST_PATHS, problems);
    boolean restore = checkpoint.verb().equals("restore");
    if (checkpoint.force() && !restore) {
      problems.add(KEY + ".force", "is set", "only a restore can be forced");
    }
    JobRules.shown(KEY + ".shown", checkpoint.shown(), checkpoint.verb(), "restore", problems);
    JobRules.reason(
        KEY + ".reason",
        checkpoint.reason(),
        restore || checkpoint.verb().equals("remove"),
        problems);
  }
}
