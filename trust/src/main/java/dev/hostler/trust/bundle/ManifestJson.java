package dev.hostler.trust.bundle;

import dev.hostler.trust.bundle.Manifest.Action;
import dev.hostler.trust.bundle.Manifest.Network;
import dev.hostler.trust.bundle.Manifest.PayloadFile;
import dev.hostler.trust.bundle.Manifest.Sandbox;
import dev.hostler.trust.bundle.TrustException.Reason;
import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.limits.Limits;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The manifest's JSON form. Exactly one text stands for a manifest, and no other is read. */
final class ManifestJson {
  private ManifestJson() {}

  static byte[] write(Manifest manifest) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("format", Manifest.FORMAT);
    root.put("name", manifest.name());
    root.put("version", manifest.version().toString());
    root.put("description", manifest.description());
    if (manifest.expires() != null) {
      root.put("expires", manifest.expires().toString());
    }
    texts(
        root.putArray("platforms"), manifest.platforms().stream().map(Platform::toString).toList());
    ObjectNode actions = root.putObject("actions");
    manifest.actions().forEach((name, action) -> write(actions.putObject(name), action));
    ArrayNode payload = root.putArray("payload");
    for (PayloadFile file : manifest.payload()) {
      ObjectNode entry = payload.addObject();
      entry.put("path", file.path());
      entry.put("mode", file.executable() ? "0755" : "0644");
      entry.put("size", file.size());
      entry.put("sha256", file.sha256());
    }
    return Json.canonical(root);
  }

  private static void write(ObjectNode node, Action action) {
    node.put("description", action.description());
    texts(node.putArray("argv"), action.argv());
    node.set("params", Json.MAPPER.readTree(action.paramsSchema()));
    node.put("run_as", action.runAs());
    ObjectNode env = node.putObject("env");
    action.env().forEach(env::put);
    ObjectNode sandbox = node.putObject("sandbox");
    texts(sandbox.putArray("writable"), action.sandbox().writable());
    texts(sandbox.putArray("read_only"), action.sandbox().readOnly());
    if (!action.sandbox().hidden().isEmpty()) { // left out else: older manifests stay as they are
      texts(sandbox.putArray("hidden"), action.sandbox().hidden());
    }
    texts(sandbox.putArray("capabilities"), action.sandbox().capabilities());
    sandbox.put("network", action.sandbox().network().text());
    sandbox.put("seccomp", action.sandbox().seccomp());
    if (action.sandbox().onDenied() != Manifest.OnDenied.DENY) {
      sandbox.put("on_denied", action.sandbox().onDenied().text()); // hosts of before know no other
    }
    if (action.sandbox().network() == Network.ALLOW_LIST) {
      texts(sandbox.putArray("peers"), action.sandbox().peers());
      sandbox.put("connections", action.sandbox().connections());
    }
    action.limits().write(node.putObject("limits"));
    texts(node.putArray("snapshot"), action.snapshot());
    if (action.rollbackOnFailure()) { // left out else: older manifests stay as they are
      node.put("rollback_on_failure", true);
    }
    if (!action.state().isEmpty()) {
      texts(node.putArray("state"), action.state().stream().map(StateEntry::toString).toList());
    }
  }

  private static void texts(ArrayNode array, List<String> values) {
    values.forEach(array::add);
  }

  /**
   * Reads and checks a manifest.
   *
   * @throws TrustException UNSUPPORTED_FORMAT, or MANIFEST_INVALID with every problem
   */
  static Manifest read(byte[] json) throws TrustException {
    JsonNode root;
    try {
      root = Json.parse(json);
    } catch (IllegalArgumentException e) {
      throw new TrustException(
          Reason.MANIFEST_INVALID, "manifest.json is not JSON: " + e.getMessage(), e);
    }
    JsonNode format = root.get("format");
    if (format != null && format.isIntegralNumber() && format.asLong(0) > Manifest.FORMAT) {
      throw new TrustException(
          Reason.UNSUPPORTED_FORMAT,
          "the bundle has format "
              + format
              + ", this program reads format "
              + Manifest.FORMAT
              + ": update it");
    }
    Problems problems = new Problems();
    Manifest manifest = read(new JsonFields(root, "", problems), problems);
    if (manifest != null) {
      ManifestRules.check(manifest, problems);
    }
    if (manifest == null || !problems.isEmpty()) {
      throw new TrustException(
          Reason.MANIFEST_INVALID,
          problems.list().stream()
              .map(Problem::toString)
              .collect(Collectors.joining("\n  ", "manifest.json is not valid:\n  ", "")));
    }
    if (!Arrays.equals(write(manifest), json)) {
      throw new TrustException(
          Reason.MANIFEST_INVALID,
          "manifest.json is not in its canonical form (RFC 8785): build the bundle again");
    }
    return manifest;
  }

  private static @Nullable Manifest read(JsonFields root, Problems problems) {
    if (root.integer("format") != Manifest.FORMAT) {
      problems.add("format", "is not " + Manifest.FORMAT, "build the bundle again");
    }
    String name = root.string("name");
    Version version = version(root.string("version"), "version", problems);
    String description = root.string("description");
    Instant expires =
        root.get("expires") == null ? null : instant(root.string("expires"), problems);
    List<Platform> platforms = platforms(root.strings("platforms"), problems);
    Map<String, Action> actions =
        root.tables("actions", (node, path) -> action(node, path, problems));
    List<PayloadFile> payload = payload(root.get("payload"), problems);
    root.noOthers();
    return version == null || !problems.isEmpty()
        ? null
        : new Manifest(
            name, version, description, expires, platforms, new TreeMap<>(actions), payload);
  }

  static @Nullable Version version(String text, String path, Problems problems) {
    try {
      return Version.parse(text);
    } catch (IllegalArgumentException e) {
      problems.add(
          path,
          Problems.show(text) + " is not a version",
          "write MAJOR.MINOR.PATCH, for example 1.4.0 or 2.0.0-rc.1 (semver.org)");
      return null;
    }
  }

  static @Nullable Instant instant(String text, Problems problems) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      problems.add(
          "expires",
          Problems.show(text) + " is not a time",
          "write it in UTC, for example 2027-01-31T00:00:00Z");
      return null;
    }
  }

  static List<Platform> platforms(List<String> texts, Problems problems) {
    List<Platform> platforms = new ArrayList<>();
    for (String text : texts) {
      String[] parts = text.split("/", -1);
      if (parts.length != 2
          || !parts[0].equals("linux")
          || !Platform.ARCHITECTURES.contains(parts[1])) {
        problems.add(
            "platforms",
            Problems.show(text) + " is not a platform",
            "write linux/ARCH with one of " + Platform.ARCHITECTURES.stream().sorted().toList());
      } else {
        platforms.add(new Platform(parts[0], parts[1]));
      }
    }
    return platforms;
  }

  static Network network(String text, String path, Problems problems) {
    for (Network network : Network.values()) {
      if (network.text().equals(text)) {
        return network;
      }
    }
    problems.add(
        path, Problems.show(text) + " is not a network", "use none, loopback, allow-list or host");
    return Network.NONE;
  }

  private static Action action(JsonNode node, String path, Problems problems) {
    JsonFields fields = new JsonFields(node, path, problems);
    String name = path.substring("actions.".length());
    ObjectNode params = fields.object("params");
    Action action =
        new Action(
            name,
            fields.string("description"),
            fields.strings("argv"),
            params == null ? "{}" : Json.canonicalText(params),
            fields.string("run_as"),
            fields.stringMap("env"),
            sandbox(fields.get("sandbox"), fields.path("sandbox"), problems),
            Limits.read(orEmpty(fields.get("limits")), fields.path("limits"), problems),
            fields.strings("snapshot"),
            fields.get("rollback_on_failure") != null && fields.bool("rollback_on_failure"),
            StateEntries.read(fields, problems));
    fields.noOthers();
    return action;
  }

  private static JsonNode orEmpty(@Nullable JsonNode node) {
    return node == null ? Json.MAPPER.createObjectNode() : node;
  }

  private static Sandbox sandbox(@Nullable JsonNode node, String path, Problems problems) {
    JsonFields fields = new JsonFields(orEmpty(node), path, problems);
    Network network = network(fields.string("network"), fields.path("network"), problems);
    boolean listed = network == Network.ALLOW_LIST;
    Sandbox sandbox =
        new Sandbox(
            fields.strings("writable"),
            fields.strings("read_only"),
            fields.strings("hidden", List.of()),
            fields.strings("capabilities"),
            network,
            fields.string("seccomp"),
            onDenied(fields, problems),
            listed ? fields.strings("peers") : List.of(),
            listed ? fields.integer("connections") : 0);
    fields.noOthers();
    return sandbox;
  }

  /** Spelled out only where it is not the usual one: the form has one way to say a thing. */
  private static Manifest.OnDenied onDenied(JsonFields fields, Problems problems) {
    if (fields.get("on_denied") == null) {
      return Manifest.OnDenied.DENY;
    }
    if (!fields.string("on_denied").equals(Manifest.OnDenied.KILL.text())) {
      problems.add(fields.path("on_denied"), "is not \"kill\"", "use \"kill\", or leave it out");
    }
    return Manifest.OnDenied.KILL;
  }

  private static List<PayloadFile> payload(@Nullable JsonNode node, Problems problems) {
    List<PayloadFile> files = new ArrayList<>();
    if (node == null || !node.isArray()) {
      problems.add("payload", "is missing or not a list", "give a list of files");
      return files;
    }
    for (int i = 0; i < node.size(); i++) {
      JsonFields fields = new JsonFields(node.get(i), "payload[" + i + "]", problems);
      String mode = fields.string("mode");
      if (!mode.equals("0755") && !mode.equals("0644")) {
        problems.add(
            fields.path("mode"),
            Problems.show(mode) + " is not allowed",
            "use 0644 or 0755: no setuid, setgid or sticky bits");
      }
      files.add(
          new PayloadFile(
              fields.string("path"),
              mode.equals("0755"),
              fields.integer("size"),
              fields.string("sha256")));
      fields.noOthers();
    }
    return files;
  }
}
