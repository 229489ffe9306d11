package dev.hostler.trust.bundle;

import dev.hostler.trust.bundle.Manifest.Action;
import dev.hostler.trust.bundle.Manifest.PayloadFile;
import dev.hostler.trust.bundle.Manifest.Sandbox;
import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlInvalidTypeException;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads bundle.toml, what a person writes. Fills in the defaults, so that the manifest has none
 * left.
 */
final class BundleToml {
  static final String FILE = "bundle.toml";

  private static final long MIB = 1L << 20;
  private static final Limits DEFAULTS =
      Limits.of(
          Map.of(
              Limit.MEMORY, 256 * MIB,
              Limit.PIDS, 64L,
              Limit.CPU, 1000L,
              Limit.TIMEOUT, 300_000L,
              Limit.GRACE, 5_000L,
              Limit.OUTPUT, 64 * MIB,
              Limit.OPEN_FILES, 1024L,
              Limit.TMP, 64 * MIB));

  private final TomlParseResult toml;
  private final Problems problems = new Problems();
  private final Quantities quantities = new Quantities(problems);

  private BundleToml(TomlParseResult toml) {
    this.toml = toml;
  }

  static BundleToml parse(String text) throws InvalidBundleException {
    TomlParseResult toml = Toml.parse(text);
    if (toml.hasErrors()) {
      throw new InvalidBundleException(
          FILE,
          toml.errors().stream()
              .map(error ->
                  new Problem(
                      at(error.position()),
                      String.valueOf(error.getMessage()),
                      "correct the TOML there"))
              .toList());
    }
    return new BundleToml(toml);
  }

  /** The payload's folder, relative to the bundle's. */
  String payloadFolder() throws InvalidBundleException {
    JsonNode root = TomlJson.table(toml);
    String folder = new JsonFields(root, "", problems).string("payload", "payload");
    if (problems.isEmpty() && !PayloadPaths.isSafe(folder)) {
      problems.add(
          "payload", Problems.show(folder) + " is not a folder here", "name a folder below");
    }
    failIfAny();
    return folder;
  }

  /**
   * The manifest of the declaration with this payload.
   *
   * @throws InvalidBundleException with every problem, by line and column
   */
  Manifest manifest(List<PayloadFile> payload) throws InvalidBundleException {
    JsonFields root = new JsonFields(TomlJson.table(toml), "", problems);
    root.get("payload");
    Version version = ManifestJson.version(root.string("version"), "version", problems);
    Instant expires =
        root.get("expires") == null ? null : ManifestJson.instant(root.string("expires"), problems);
    List<Platform> platforms =
        ManifestJson.platforms(root.strings("platforms", List.of("linux/any")), problems);
    Map<String, Action> actions = root.tables("actions", this::action);
    String name = root.string("name");
    String description = root.string("description", "");
    root.noOthers();
    failIfAny();
    if (version == null) {
      throw new IllegalStateException("an unreported problem with the version");
    }
    Manifest manifest =
        new Manifest(
            name, version, description, expires, platforms, new TreeMap<>(actions), payload);
    ManifestRules.check(manifest, problems);
    if (problems.isEmpty()) {
      actions.forEach((action, declared) ->
          ParamsSchema.checkMeaning(
              declared.paramsSchema(), "actions." + action + ".params", problems));
    }
    failIfAny();
    return manifest;
  }

  private Action action(JsonNode node, String path) {
    JsonFields fields = new JsonFields(node, path, problems);
    Sandbox sandbox = sandbox(fields);
    boolean rollback =
        fields.get("rollback_on_failure") != null && fields.bool("rollback_on_failure");
    Action action =
        new Action(
            path.substring("actions.".length()),
            fields.string("description", ""),
            fields.strings("argv"),
            params(fields),
            fields.string("run_as", Action.DEFAULT_USER),
            fields.get("env") == null ? new TreeMap<>() : fields.stringMap("env"),
            sandbox,
            limits(fields),
            fields.strings("snapshot", rollback ? sandbox.writable() : List.of()),
            rollback,
            StateEntries.read(fields, problems));
    fields.noOthers();
    return action;
  }

  private static String params(JsonFields fields) {
    ObjectNode params =
        fields.get("params") == null ? Json.MAPPER.createObjectNode() : fields.object("params");
    if (params == null) {
      return "{}";
    }
    if (!params.has("type")) {
      params.put("type", "object");
    }
    if (!params.has("additionalProperties")) {
      params.put("additionalProperties", false);
    }
    return Json.canonicalText(params);
  }

  private static JsonFields table(JsonFields parent, String key, Problems problems) {
    JsonNode node = parent.get(key);
    return new JsonFields(
        node == null ? Json.MAPPER.createObjectNode() : node, parent.path(key), problems);
  }

  private Sandbox sandbox(JsonFields action) {
    JsonFields fields = table(action, "sandbox", problems);
    Manifest.Network network =
        ManifestJson.network(fields.string("network", "none"), fields.path("network"), problems);
    long usual = network == Manifest.Network.ALLOW_LIST ? PeerRules.USUAL_CONNECTIONS : 0;
    Sandbox sandbox =
        new Sandbox(
            fields.strings("writable", List.of()),
            fields.strings("read_only", List.of()),
            fields.strings("hidden", List.of()),
            fields.strings("capabilities", List.of()),
            network,
            fields.string("seccomp", Sandbox.DEFAULT_SECCOMP),
            onDenied(fields),
            fields.strings("peers", List.of()),
            fields.get("connections") == null ? usual : fields.integer("connections"));
    fields.noOthers();
    return sandbox;
  }

  private Manifest.OnDenied onDenied(JsonFields fields) {
    String word = fields.string("on_denied", Manifest.OnDenied.DENY.text());
    for (Manifest.OnDenied one : Manifest.OnDenied.values()) {
      if (one.text().equals(word)) {
        return one;
      }
    }
    problems.add(
        fields.path("on_denied"),
        Problems.show(word) + " is not known",
        "use \"deny\" or \"kill\"");
    return Manifest.OnDenied.KILL;
  }

  private Limits limits(JsonFields action) {
    JsonFields fields = table(action, "limits", problems);
    Limits limits = DEFAULTS;
    for (Limit limit : Limit.values()) {
      if (fields.get(limit.key()) != null) {
        limits = limits.with(limit, quantities.limit(fields, limit));
      }
    }
    fields.noOthers();
    return limits;
  }

  private void failIfAny() throws InvalidBundleException {
    if (!problems.isEmpty()) {
      throw new InvalidBundleException(FILE, problems.list().stream().map(this::located).toList());
    }
  }

  /** Adds the line and column of the closest part of the file that the field names. */
  private Problem located(Problem problem) {
    List<String> keys =
        new ArrayList<>(List.of(problem.field().replaceAll("\\[\\d+]", "").split("\\.")));
    keys.replaceAll(key -> key.replaceAll("^'|'$", ""));
    while (!keys.isEmpty()) {
      @Nullable TomlPosition position = position(keys);
      if (position != null) {
        return new Problem(at(position) + ": " + problem.field(), problem.found(), problem.fix());
      }
      keys.removeLast();
    }
    return new Problem(FILE + ": " + problem.field(), problem.found(), problem.fix());
  }

  private @Nullable TomlPosition position(List<String> keys) {
    try {
      return toml.inputPositionOf(keys);
    } catch (IllegalArgumentException | TomlInvalidTypeException e) {
      // The path leads through something that is not a table.
      return null;
    }
  }

  private static String at(TomlPosition position) {
    return FILE + ":" + position.line() + ":" + position.column();
  }
}
