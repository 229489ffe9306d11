package dev.hostler.trust.index;

import dev.hostler.trust.bundle.Version;
import dev.hostler.trust.index.IndexException.Reason;
import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The statement's JSON form. Exactly one text stands for an index, and no other is read. */
final class IndexJson {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern BUNDLE = Pattern.compile("[a-z](?:[a-z0-9]|-(?!-|$)){0,63}");
  private static final Pattern OPERATOR = Pattern.compile("[^\\p{Cntrl}]{1,128}");
  private static final String DIGEST_FORM = "give a SHA-256 as 64 lower-case hex digits";

  private IndexJson() {}

  static byte[] write(TrustIndex index) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("format", TrustIndex.FORMAT);
    root.put("number", index.number());
    root.put("issued", index.issued().toString());
    root.put("expires", index.expires().toString());
    ArrayNode bundles = root.putArray("bundles");
    for (BundleVersion one : index.bundles()) {
      bundles
          .addObject()
          .put("name", one.name())
          .put("version", one.version().toString())
          .put("manifest", one.manifest())
          .put("yanked", one.yanked());
    }
    ObjectNode revoked = root.putObject("revoked");
    texts(revoked.putArray("certificates"), index.revoked().certificates());
    texts(revoked.putArray("bundles"), index.revoked().bundles());
    texts(revoked.putArray("operators"), index.revoked().operators());
    return Json.canonical(root);
  }

  private static void texts(ArrayNode array, Collection<String> values) {
    values.forEach(array::add);
  }

  static TrustIndex read(byte[] json) throws IndexException {
    if (json.length > TrustIndex.MAX_BYTES) {
      throw new IndexException(
          Reason.TOO_LARGE,
          "the index has " + json.length + " bytes: at most " + TrustIndex.MAX_BYTES);
    }
    JsonNode root;
    try {
      root = Json.parse(json);
    } catch (IllegalArgumentException e) {
      throw new IndexException(Reason.MALFORMED, "the index is not JSON: " + e.getMessage(), e);
    }
    Problems problems = new Problems();
    TrustIndex index = read(new JsonFields(root, "", problems), problems);
    if (index == null || !problems.isEmpty()) {
      throw new IndexException(
          Reason.MALFORMED,
          problems.list().stream()
              .map(Problem::toString)
              .collect(Collectors.joining("\n  ", "the index is not valid:\n  ", "")));
    }
    // Also refuses lists that are out of order or have the same element twice.
    if (!Arrays.equals(write(index), json)) {
      throw new IndexException(
          Reason.MALFORMED, "the index is not in its canonical form (RFC 8785), with sorted lists");
    }
    return index;
  }

  private static @Nullable TrustIndex read(JsonFields fields, Problems problems) {
    String format = fields.string("format");
    if (!format.equals(TrustIndex.FORMAT)) {
      problems.add("format", "is " + Problems.show(format), "this reads " + TrustIndex.FORMAT);
      return null;
    }
    long number = fields.integer("number");
    if (number == 0) {
      problems.add("number", "is 0", "numbers begin at 1");
    }
    Instant issued = instant(fields, "issued", problems);
    Instant expires = instant(fields, "expires", problems);
    if (!expires.isAfter(issued) || expires.isAfter(issued.plus(TrustIndex.LONGEST_LIFE))) {
      problems.add(
          "expires",
          "is " + expires + ", it was issued at " + issued,
          "let it end after that, by at most " + TrustIndex.LONGEST_LIFE.toDays() + " days");
    }
    List<BundleVersion> bundles =
        fields
            .list("bundles", (node, path) -> bundle(new JsonFields(node, path, problems), problems))
            .stream()
            .filter(Objects::nonNull)
            .toList();
    Revoked revoked =
        fields.table(
            "revoked", (node, path) -> revoked(new JsonFields(node, path, problems), problems));
    fields.noOthers();
    BundleVersion before = null;
    for (BundleVersion one : bundles) {
      if (before != null
          && before.name().equals(one.name())
          && before.version().equals(one.version())) {
        problems.add(
            "bundles",
            "has " + one.name() + " " + one.version() + " twice",
            "a version has one manifest");
      }
      before = one;
    }
    return revoked == null ? null : new TrustIndex(number, issued, expires, bundles, revoked);
  }

  private static @Nullable BundleVersion bundle(JsonFields fields, Problems problems) {
    String name = matching(fields, "name", BUNDLE, "give the name of a bundle", problems);
    String manifest = matching(fields, "manifest", DIGEST, DIGEST_FORM, problems);
    boolean yanked = fields.bool("yanked");
    String text = fields.string("version");
    fields.noOthers();
    try {
      return new BundleVersion(name, Version.parse(text), manifest, yanked);
    } catch (IllegalArgumentException e) {
      problems.add(fields.path("version"), String.valueOf(e.getMessage()), "correct it");
      return null;
    }
  }

  private static Revoked revoked(JsonFields fields, Problems problems) {
    Revoked revoked =
        new Revoked(
            set(fields, "certificates", DIGEST, DIGEST_FORM, problems),
            set(fields, "bundles", DIGEST, DIGEST_FORM, problems),
            set(fields, "operators", OPERATOR, "give the name of an operator", problems));
    fields.noOthers();
    return revoked;
  }

  private static SortedSet<String> set(
      JsonFields fields, String key, Pattern form, String fix, Problems problems) {
    SortedSet<String> values = new TreeSet<>(fields.strings(key));
    for (String value : values) {
      if (!form.matcher(value).matches()) {
        problems.add(fields.path(key), "has " + Problems.show(value), fix);
      }
    }
    return values;
  }

  private static String matching(
      JsonFields fields, String key, Pattern form, String fix, Problems problems) {
    String value = fields.string(key);
    if (!form.matcher(value).matches()) {
      problems.add(fields.path(key), "is " + Problems.show(value), fix);
    }
    return value;
  }

  private static Instant instant(JsonFields fields, String key, Problems problems) {
    String text = fields.string(key);
    try {
      Instant value = Instant.parse(text);
      if (value.equals(value.truncatedTo(ChronoUnit.SECONDS)) && value.toString().equals(text)) {
        return value;
      }
    } catch (DateTimeException e) {
      // Reported below.
    }
    problems.add(
        fields.path(key),
        "is " + Problems.show(text),
        "give whole seconds in UTC, like 2026-11-21T07:00:00Z");
    return Instant.EPOCH;
  }
}
