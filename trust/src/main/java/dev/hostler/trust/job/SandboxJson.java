package dev.hostler.trust.job;

import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.profile.ProfileForm;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON form of what is asked of the sandbox. */
final class SandboxJson {
  private static final String KEY = "sandbox";

  private SandboxJson() {}

  static ObjectNode write(JobSandbox sandbox) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    if (!sandbox.seccomp().isEmpty()) {
      node.set("seccomp", Json.MAPPER.readTree(sandbox.seccomp()));
    }
    if (sandbox.learn()) {
      node.put("learn", true);
    }
    return node;
  }

  static JobSandbox read(JsonFields job, Problems problems) {
    if (job.get(KEY) == null) {
      return JobSandbox.USUAL;
    }
    JobSandbox read = job.table(KEY, (node, path) -> sandbox(node, path, problems));
    return read == null ? JobSandbox.USUAL : read;
  }

  private static JobSandbox sandbox(JsonNode node, String path, Problems problems) {
    JsonFields fields = new JsonFields(node, path, problems);
    JsonNode seccomp = fields.get("seccomp");
    boolean learn = fields.get("learn") != null && fields.bool("learn");
    fields.noOthers();
    return new JobSandbox(
        seccomp != null && ProfileForm.check(seccomp, path + ".seccomp", problems)
            ? Json.canonicalText(seccomp)
            : "",
        learn);
  }
}
