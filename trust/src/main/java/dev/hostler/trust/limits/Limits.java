package dev.hostler.trust.limits;

import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Limits that somebody has set: a bundle's signer, the owner of a host, the fleet, who signed a
 * job. What is not in it, is not limited by them. Immutable.
 *
 * @param values by limit, in {@link Limit}'s units
 */
public record Limits(SortedMap<Limit, Long> values) {
  /** Nothing is limited. */
  public static final Limits NONE = new Limits(new TreeMap<>());

  /** Copies the map. */
  public Limits {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /** Of these. */
  public static Limits of(Map<Limit, Long> values) {
    return new Limits(new TreeMap<>(values));
  }

  /** How much of it; empty if it is not limited. */
  public OptionalLong get(Limit limit) {
    Long value = values.get(limit);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /**
   * How much of what is always limited.
   *
   * @throws NoSuchElementException if it is not
   */
  public long require(Limit limit) {
    return get(limit)
        .orElseThrow(() -> new NoSuchElementException(limit.key() + " is not limited"));
  }

  /** Is nothing limited? */
  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** The same, and this. */
  public Limits with(Limit limit, long value) {
    TreeMap<Limit, Long> all = new TreeMap<>(values);
    all.put(limit, value);
    return new Limits(all);
  }

  /** The same without this. */
  public Limits without(Limit limit) {
    TreeMap<Limit, Long> others = new TreeMap<>(values);
    others.remove(limit);
    return new Limits(others);
  }

  /** Of each the lower one; what only one of the two limits, stays as it says. */
  public Limits loweredBy(Limits other) {
    EnumMap<Limit, Long> lower = new EnumMap<>(Limit.class);
    lower.putAll(values);
    other.values.forEach((limit, value) -> lower.merge(limit, value, Math::min));
    return of(lower);
  }

  /** Reports what is out of range; {@code path} ends with a dot or is empty. */
  public void check(String path, Problems problems) {
    values.forEach((limit, value) -> limit.check(value, path + limit.key(), problems));
  }

  /**
   * Makes sure that all are in range: 0 stands for "no limit" in places, which nobody can lower to.
   *
   * @throws IllegalArgumentException naming those that are not
   */
  public Limits requireInRange() {
    Problems problems = new Problems();
    check("limits.", problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          problems.list().stream().map(Problem::toString).collect(Collectors.joining("; ")));
    }
    return this;
  }

  /** Writes each as a member. */
  public void write(ObjectNode node) {
    values.forEach((limit, value) -> node.put(limit.field(), value));
  }

  /** Reads the members that are there, and reports others. */
  public static Limits read(JsonNode node, String path, Problems problems) {
    JsonFields fields = new JsonFields(node, path, problems);
    EnumMap<Limit, Long> found = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      if (fields.get(limit.field()) != null) {
        found.put(limit, fields.integer(limit.field()));
      }
    }
    fields.noOthers();
    return of(found);
  }

  /** For people: "memory=64MiB cpu=0.5"; empty if nothing is limited. */
  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(entry -> entry.getKey().key() + "=" + entry.getKey().format(entry.getValue()))
        .collect(Collectors.joining(" "));
  }
}
