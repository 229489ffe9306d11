package dev.hostler.agent.sandbox.seccomp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads profiles in the Docker/OCI JSON form (moby profiles/seccomp, OCI runtime-spec
 * config-linux.md). Stricter than those: only allow-lists, and nothing unknown is skipped but names
 * of system calls that this machine does not have. Thread-safe.
 */
public final class ProfileParser {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final Set<String> TOP_FIELDS =
      Set.of("defaultAction", "defaultErrnoRet", "architectures", "archMap", "syscalls", "comment");
  private static final int EPERM = 1;

  private ProfileParser() {}

  /** The text of Hostler's own profile. */
  public static String standardProfile() {
    try (InputStream in = ProfileParser.class.getResourceAsStream("standard.json")) {
      if (in == null) {
        throw new IllegalStateException("resource standard.json is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("resource standard.json cannot be read", e);
    }
  }

  /**
   * The profile's meaning in this context.
   *
   * @throws SeccompProfileException if it is malformed, no allow-list, or cannot be enforced
   */
  public static SeccompPolicy parse(String json, ProfileContext context)
      throws SeccompProfileException {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JacksonException e) {
      throw new SeccompProfileException("not JSON: " + e.getOriginalMessage());
    }
    JsonFields.only(root, "the profile", TOP_FIELDS);
    checkArchitecture(root, context.architecture());
    SeccompAction otherwise =
        action(root, "defaultAction", JsonFields.number(root, "defaultErrnoRet", EPERM));
    if (otherwise.permits()) {
      throw new SeccompProfileException(
          "defaultAction " + otherwise.kind().word() + ": must deny, as this is an allow-list");
    }
    Map<Integer, List<SyscallRule>> rules = new HashMap<>();
    int entry = 0;
    for (JsonNode node : JsonFields.array(root, "syscalls")) {
      addEntry(node, "syscalls[" + entry++ + "]", context, rules);
    }
    return new SeccompPolicy(context.architecture(), otherwise, rules);
  }

  private static void checkArchitecture(JsonNode root, Architecture architecture)
      throws SeccompProfileException {
    Set<String> named = new HashSet<>(JsonFields.texts(root, "architectures"));
    for (JsonNode map : JsonFields.array(root, "archMap")) {
      named.add(map.path("architecture").asString(""));
    }
    if (!named.isEmpty() && !named.contains(architecture.ociName())) {
      throw new SeccompProfileException(
          "architectures " + named + ": not for this machine; add " + architecture.ociName());
    }
  }

  private static void addEntry(
      JsonNode node, String where, ProfileContext context, Map<Integer, List<SyscallRule>> rules)
      throws SeccompProfileException {
    JsonFields.only(
        node,
        where,
        Set.of("name", "names", "action", "errnoRet", "args", "comment", "includes", "excludes"));
    List<String> names = new ArrayList<>(JsonFields.texts(node, "names"));
    if (node.has("name")) {
      names.add(node.path("name").asString(""));
    }
    if (names.isEmpty()) {
      throw new SeccompProfileException(where + ": names no system call; add \"names\"");
    }
    SeccompAction action = action(node, "action", JsonFields.number(node, "errnoRet", EPERM));
    if (!ProfileConditions.apply(node, where, context)) {
      return;
    }
    for (String name : names) {
      OptionalInt number = context.architecture().syscalls().number(name);
      List<ArgCheck> checks = ArgChecks.read(node, where, name);
      if (number.isPresent()) {
        rules
            .computeIfAbsent(number.getAsInt(), _ -> new ArrayList<>())
            .add(new SyscallRule(checks, action));
      }
    }
  }

  private static SeccompAction action(JsonNode node, String field, int errno)
      throws SeccompProfileException {
    String word = node.path(field).asString("");
    String canonical = word.equals("SCMP_ACT_KILL") ? "SCMP_ACT_KILL_THREAD" : word;
    for (SeccompAction.Kind kind : SeccompAction.Kind.values()) {
      // Who answers is Hostler's own affair: see ToldDenials.
      if (kind.word().equals(canonical) && kind != SeccompAction.Kind.NOTIFY) {
        try {
          return new SeccompAction(kind, kind == SeccompAction.Kind.ERRNO ? errno : 0);
        } catch (IllegalArgumentException e) {
          throw new SeccompProfileException(String.valueOf(e.getMessage()));
        }
      }
    }
    throw new SeccompProfileException(
        field
            + " \""
            + word
            + "\": use SCMP_ACT_ALLOW, _ERRNO, _KILL, _KILL_THREAD, _KILL_PROCESS, _TRAP or _LOG");
  }
}
