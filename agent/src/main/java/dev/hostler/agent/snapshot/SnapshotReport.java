package dev.hostler.agent.snapshot;

import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.SnapshotResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What was said of a snapshot, counted: the lines of hostler-snapshot (its main.c has their form)
 * and those about state. Takes them one by one; not thread-safe.
 */
public final class SnapshotReport {
  private static final Pattern MADE =
      Pattern.compile("(?:restored|applied), identical: (\\d+) changes (?:undone|made)");
  private static final Pattern LEFT =
      Pattern.compile("(?:restored|applied), but (\\d+) differences are left");
  private static final Pattern OF_CHAIN = Pattern.compile("(\\S+)  .*  job \\S+:");
  private static final Pattern STATE =
      Pattern.compile("(?:systemd|sysctl|package):\\S+: .*|nftables: .*");

  private final List<String> lines = new ArrayList<>();
  private long listed;
  private long state;
  private long conflicts;
  private long failed;
  private long leftListed;
  private long made = -1;
  private long left = -1;
  private boolean refused;
  private boolean nowLeft;

  /** Takes a line. */
  void line(String text) {
    Matcher all = MADE.matcher(text);
    Matcher some = LEFT.matcher(text);
    if (all.matches()) {
      made = Long.parseLong(all.group(1));
    } else if (some.matches()) {
      left = Long.parseLong(some.group(1));
    } else if (text.equals("left:")) {
      nowLeft = true;
    } else if (text.startsWith("refused: ")) {
      refused = true;
    } else if (text.startsWith("conflict ")) {
      conflicts++;
      keep(text);
    } else if (text.startsWith("failed ")) {
      failed++;
      keep(text);
    } else if (text.startsWith("changed ")
        || text.startsWith("created ")
        || text.startsWith("deleted ")) {
      listed++;
      if (nowLeft) {
        leftListed++;
        keep(text);
      }
    } else if (STATE.matcher(text).matches()) {
      state++;
      keep(text);
    }
  }

  private void keep(String line) {
    if (lines.size() < SnapshotResult.MOST_LINES) {
      lines.add(line);
    }
  }

  /**
   * What became of it.
   *
   * @param done what was to be done: RESTORED, ROLLED_BACK or APPLIED
   */
  public SnapshotResult result(String id, SnapshotDeed done) {
    if (refused) {
      return new SnapshotResult(id, SnapshotDeed.REFUSED, false, 0, 0, conflicts, lines, 0);
    }
    if (made < 0 && left < 0) {
      return new SnapshotResult(id, SnapshotDeed.FAILED, false, 0, 0, conflicts, lines, 0);
    }
    boolean identical = made >= 0 && state == 0;
    long changes = made >= 0 ? made : Math.max(0, listed - leftListed - Math.max(left, failed));
    return new SnapshotResult(
        id, done, identical, changes, Math.max(0, left) + state, conflicts, lines, 0);
  }

  /** How it differs. */
  private SnapshotResult compared(String id, List<String> differences) {
    return new SnapshotResult(
        id,
        SnapshotDeed.COMPARED,
        listed + state == 0,
        0,
        listed + state,
        0,
        differences.isEmpty() ? lines : differences,
        0);
  }

  /**
   * What became of the snapshots that an operator asked about.
   *
   * @param stdout what was said
   * @param from where that begins
   * @param verb what was asked for
   * @param id the snapshot that was meant; empty with "list"
   * @param code the exit code
   */
  public static List<SnapshotResult> of(Path stdout, long from, String verb, String id, int code)
      throws IOException {
    return switch (verb) {
      case "pin" -> List.of(SnapshotResult.of(id, SnapshotDeed.PINNED));
      case "unpin" -> List.of(SnapshotResult.of(id, SnapshotDeed.UNPINNED));
      case "remove" -> List.of(SnapshotResult.of(id, SnapshotDeed.REMOVED));
      case "diff" -> List.of(diff(stdout, from, id, code));
      case "apply" -> List.of(read(stdout, from).result(id, SnapshotDeed.APPLIED));
      case "restore" -> List.of(read(stdout, from).result(id, SnapshotDeed.RESTORED));
      case "rewind" -> chain(stdout, from, id);
      default -> List.of();
    };
  }

  private static SnapshotReport read(Path stdout, long from) throws IOException {
    SnapshotReport report = new SnapshotReport();
    try (BufferedReader text = open(stdout, from)) {
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        report.line(line);
      }
    }
    return report;
  }

  private static SnapshotResult diff(Path stdout, long from, String id, int code)
      throws IOException {
    if (code > SnapshotProgram.DIFFERENT) {
      return SnapshotResult.of(id, SnapshotDeed.FAILED);
    }
    SnapshotReport report = new SnapshotReport();
    List<String> differences = new ArrayList<>();
    try (BufferedReader text = open(stdout, from)) {
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        long before = report.listed + report.state;
        report.line(line);
        if (report.listed + report.state > before
            && differences.size() < SnapshotResult.MOST_LINES) {
          differences.add(line);
        }
      }
    }
    return report.compared(id, differences);
  }

  private static List<SnapshotResult> chain(Path stdout, long from, String id) throws IOException {
    List<SnapshotResult> results = new ArrayList<>();
    try (BufferedReader text = open(stdout, from)) {
      @Nullable String current = null;
      SnapshotReport report = new SnapshotReport();
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        Matcher header = OF_CHAIN.matcher(line);
        if (header.matches()) {
          if (current != null) {
            results.add(report.result(current, SnapshotDeed.RESTORED));
          }
          current = header.group(1);
          report = new SnapshotReport();
        } else if (current == null && line.startsWith("nothing to do: ")) {
          return List.of(
              new SnapshotResult(id, SnapshotDeed.RESTORED, true, 0, 0, 0, List.of(), 0));
        } else {
          report.line(line);
        }
      }
      if (current != null) {
        results.add(report.result(current, SnapshotDeed.RESTORED));
      }
    }
    return results;
  }

  private static BufferedReader open(Path file, long from) throws IOException {
    SeekableByteChannel channel = Files.newByteChannel(file);
    channel.position(Math.min(from, channel.size()));
    return new BufferedReader(
        new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
  }
}
