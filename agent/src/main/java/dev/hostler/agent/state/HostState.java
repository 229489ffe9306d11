package dev.hostler.agent.state;

import dev.hostler.trust.bundle.StateEntry;
import dev.hostler.trust.bundle.StateEntry.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/** Reads and brings back what is declared of a host besides files. Thread-safe. */
public final class HostState {
  private static final Set<Kind> WRITES_FILES = EnumSet.of(Kind.PACKAGE);

  /** In the order in which they are brought back: units see everything else as it was. */
  private final SequencedMap<Kind, StateKind> kinds = new LinkedHashMap<>();

  private HostState(HostPrograms programs, Path sysctls) {
    kinds.put(Kind.PACKAGE, new Packages(programs));
    kinds.put(Kind.SYSCTL, new Sysctls(sysctls));
    kinds.put(Kind.NFTABLES, new NftRules(programs));
    kinds.put(Kind.SYSTEMD, new SystemdUnits(programs));
  }

  /** Of this host. */
  public static HostState ofHost() {
    return new HostState(HostPrograms.ofHost(), Path.of("/proc/sys"));
  }

  /**
   * Of a host whose programs and kernel parameters are below another root.
   *
   * @param root in place of "/"
   */
  public static HostState below(Path root) {
    return new HostState(
        new HostPrograms(List.of(), List.of(root.resolve("usr/bin"))), root.resolve("proc/sys"));
  }

  /**
   * One thing as it was.
   *
   * @param entry what
   * @param value how, in a form of its kind
   */
  public record Value(StateEntry entry, String value) {}

  /** Which part of a restore. */
  public enum Phase {
    /** What writes files itself: packages. */
    FILES,
    /** What reads files: kernel parameters, rules, units, in this order. */
    REST;

    boolean has(StateEntry entry) {
      return HostState.WRITES_FILES.contains(entry.kind()) == (this == FILES);
    }
  }

  /**
   * How it all is now.
   *
   * @throws IOException if that cannot be told of one; names it
   */
  public List<Value> read(List<StateEntry> entries) throws IOException, InterruptedException {
    List<Value> values = new ArrayList<>();
    for (StateEntry entry : entries) {
      try {
        values.add(new Value(entry, kind(entry).read(entry.name())));
      } catch (IOException e) {
        throw new IOException(entry + ": " + e.getMessage(), e);
      }
    }
    return values;
  }

  /** What differs now: a line each, nothing if all is as it was. */
  public List<String> differences(List<Value> then) throws InterruptedException {
    List<String> lines = new ArrayList<>();
    for (Value one : then) {
      try {
        String now = kind(one.entry()).read(one.entry().name());
        if (!now.equals(one.value())) {
          lines.add(one.entry() + ": was " + shown(one.value()) + ", is " + shown(now));
        }
      } catch (IOException e) {
        lines.add(one.entry() + ": was " + shown(one.value()) + "; " + e.getMessage());
      }
    }
    return lines;
  }

  /** For one line of text. */
  public static String shown(String value) {
    return value.lines().count() > 1
        ? "%d lines".formatted(value.lines().count())
        : "\"" + value + "\"";
  }

  /**
   * Brings back what differs; what cannot be is told, and the rest goes on.
   *
   * @return what could not be brought back, a line each
   */
  public List<String> restore(List<Value> then, Phase phase) throws InterruptedException {
    List<String> failed = new ArrayList<>();
    List<Value> ordered = new ArrayList<>(then);
    ordered.sort(
        Comparator.comparingInt(one -> List.copyOf(kinds.keySet()).indexOf(one.entry().kind())));
    for (Value one : ordered) {
      if (phase.has(one.entry())) {
        try {
          kind(one.entry()).restore(one.entry().name(), one.value());
        } catch (IOException e) {
          failed.add(one.entry() + ": not restored: " + e.getMessage());
        }
      }
    }
    return failed;
  }

  private StateKind kind(StateEntry entry) {
    StateKind kind = kinds.get(entry.kind());
    if (kind == null) {
      throw new IllegalStateException("no way to keep " + entry);
    }
    return kind;
  }
}
