package dev.hostler.agent.sandbox.seccomp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** Names and numbers of a machine's system calls. Immutable. */
public final class SyscallTable {
  private static final Map<Architecture, SyscallTable> TABLES = load();

  private final SortedMap<Integer, String> names;
  private final Map<String, Integer> numbers;

  private SyscallTable(SortedMap<Integer, String> names) {
    this.names = Collections.unmodifiableSortedMap(names);
    this.numbers = new HashMap<>();
    names.forEach((number, name) -> numbers.put(name, number));
  }

  static SyscallTable of(Architecture architecture) {
    SyscallTable table = TABLES.get(architecture);
    if (table == null) {
      throw new IllegalStateException("no system call table for " + architecture);
    }
    return table;
  }

  /** Number to name, ascending. */
  public SortedMap<Integer, String> names() {
    return names;
  }

  /** The number of this call; empty if the machine does not have it. */
  public OptionalInt number(String name) {
    Integer number = numbers.get(name);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  private static Map<Architecture, SyscallTable> load() {
    Map<Architecture, SyscallTable> tables = new EnumMap<>(Architecture.class);
    for (Architecture architecture : Architecture.values()) {
      tables.put(architecture, read(architecture.tableName()));
    }
    return tables;
  }

  private static SyscallTable read(String resource) {
    SortedMap<Integer, String> names = new TreeMap<>();
    try (InputStream in = SyscallTable.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("resource " + resource + " is missing");
      }
      for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n", -1)) {
        if (!line.isEmpty() && !line.startsWith("#")) {
          String[] entry = line.split(" ", 2);
          names.put(Integer.parseInt(entry[0]), entry[1]);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("resource " + resource, e);
    }
    return new SyscallTable(names);
  }
}
