package dev.hostler.agent.sandbox.seccomp;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Decides {@code includes} (all must hold) and {@code excludes} (none may hold) of an entry. */
final class ProfileConditions {
  private static final Set<String> FIELDS = Set.of("caps", "arches", "minKernel");
  private static final Pattern VERSION = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})");

  private ProfileConditions() {}

  static boolean apply(JsonNode entry, String where, ProfileContext context)
      throws SeccompProfileException {
    JsonNode includes = entry.path("includes");
    JsonNode excludes = entry.path("excludes");
    boolean included = true;
    if (!isAbsent(includes)) {
      JsonFields.only(includes, where + ".includes", FIELDS);
      List<String> arches = JsonFields.texts(includes, "arches");
      included =
          context.capabilities().containsAll(JsonFields.texts(includes, "caps"))
              && (arches.isEmpty() || arches.contains(context.architecture().dockerName()))
              && (!includes.has("minKernel") || atLeast(includes, where, context));
    }
    if (!isAbsent(excludes)) {
      JsonFields.only(excludes, where + ".excludes", FIELDS);
      included &=
          JsonFields.texts(excludes, "caps").stream().noneMatch(context.capabilities()::contains)
              && !JsonFields.texts(excludes, "arches").contains(context.architecture().dockerName())
              && !(excludes.has("minKernel") && atLeast(excludes, where, context));
    }
    return included;
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private static boolean atLeast(JsonNode node, String where, ProfileContext context)
      throws SeccompProfileException {
    String text = node.path("minKernel").asString("");
    Matcher matcher = VERSION.matcher(text);
    if (!matcher.matches()) {
      throw new SeccompProfileException(
          where + ": minKernel \"" + text + "\": use MAJOR.MINOR, such as 4.8");
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    return context.kernelMajor() > major
        || (context.kernelMajor() == major && context.kernelMinor() >= minor);
  }
}
