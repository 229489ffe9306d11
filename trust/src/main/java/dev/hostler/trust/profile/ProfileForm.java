package dev.hostler.trust.profile;

import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problems;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The form of a profile: a Docker/OCI seccomp profile that is an allow-list. Which calls exist, and
 * what else a host makes of it, only the host knows: it looks again, and refuses what it cannot
 * enforce.
 */
public final class ProfileForm {
  /** Largest profile in bytes, in its canonical form. */
  public static final int MOST_BYTES = 256 << 10;

  private static final Set<String> DENYING =
      Set.of(
          "SCMP_ACT_ERRNO",
          "SCMP_ACT_KILL",
          "SCMP_ACT_KILL_THREAD",
          "SCMP_ACT_KILL_PROCESS",
          "SCMP_ACT_TRAP");

  private ProfileForm() {}

  /**
   * The canonical form (RFC 8785) of a profile as people write it.
   *
   * @param field what it is called in messages
   * @return empty if something was wrong
   */
  public static String canonical(String text, String field, Problems problems) {
    JsonNode root;
    try {
      root = Json.parse(text.getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      problems.add(field, "is not JSON: " + e.getMessage(), "give a Docker/OCI seccomp profile");
      return "";
    }
    if (root.isMissingNode() || root.isNull()) {
      problems.add(field, "is empty", "give a Docker/OCI seccomp profile");
      return "";
    }
    return check(root, field, problems) ? Json.canonicalText(root) : "";
  }

  /** Reports what is wrong; true if nothing is. */
  public static boolean check(JsonNode root, String field, Problems problems) {
    Problems found = new Problems();
    if (Json.canonical(root).length > MOST_BYTES) {
      found.add(field, "has more than " + MOST_BYTES + " bytes", "make it shorter");
    } else {
      entries(new JsonFields(root, field, found), field, found);
    }
    found.list().forEach(one -> problems.add(one.field(), one.found(), one.fix()));
    return found.isEmpty();
  }

  private static void entries(JsonFields profile, String field, Problems problems) {
    String otherwise = profile.string("defaultAction");
    if (!otherwise.isEmpty() && !DENYING.contains(otherwise)) {
      problems.add(
          field + ".defaultAction",
          "is " + Problems.show(otherwise),
          "name what is allowed and deny the rest: SCMP_ACT_ERRNO or SCMP_ACT_KILL_PROCESS");
    }
    profile.list(
        "syscalls",
        (node, path) -> {
          JsonFields entry = new JsonFields(node, path, problems);
          if (node.isObject()) {
            entry.string("action");
            List<String> names =
                entry.get("name") == null ? entry.strings("names") : List.of(entry.string("name"));
            if (names.isEmpty()) {
              problems.add(path + ".names", "is empty", "name at least one system call");
            }
          }
          return path;
        });
  }
}
