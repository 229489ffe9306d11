package dev.hostler.cli.job;

import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.Denial;
import dev.hostler.proto.v1.TaskDenials;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells on stderr what sandboxes denied: each kind of call when it comes first, again when there
 * are ten times as many, and how many there were in the end. What libraries do by themselves is
 * left to {@code job show}. As JSON everything, as it comes. Not thread-safe.
 */
final class DenialPrinter {
  private static final int AGAIN = 10;

  private record Kind(String taskId, int attempt, int slot) {}

  private static final class Told {
    private final String host;
    private final Denial first;
    private long printed;
    private long count;

    Told(String host, Denial first) {
      this.host = host;
      this.first = first;
    }
  }

  private final Console console;
  private final boolean json;
  private final Map<Kind, Told> kinds = new LinkedHashMap<>();

  DenialPrinter(Console console, boolean json) {
    this.console = console;
    this.json = json;
  }

  void print(TaskDenials denials) {
    if (json) {
      console.line(Json.line(DenialView.json(denials)));
      return;
    }
    for (Denial one : denials.getDenialsList()) {
      if (one.getRoutine()) {
        continue;
      }
      Kind kind = new Kind(denials.getTaskId(), denials.getAttempt(), one.getSlot());
      Told told = kinds.computeIfAbsent(kind, _ -> new Told(denials.getHostName(), one));
      told.count = Math.max(told.count, one.getCount());
      if (told.printed == 0 || told.count / AGAIN >= told.printed) {
        note(told);
      }
    }
  }

  /** Tells the last counts of a task. */
  void finish(String taskId) {
    kinds
        .entrySet()
        .removeIf(entry -> {
          boolean ours = entry.getKey().taskId().equals(taskId);
          if (ours && entry.getValue().printed < entry.getValue().count) {
            note(entry.getValue());
          }
          return ours;
        });
  }

  private void note(Told told) {
    told.printed = told.count;
    console.note(
        "hostler: "
            + Table.printable(told.host)
            + " denied: "
            + DenialView.text(told.first)
            + (told.count > 1 ? " ×" + told.count : ""));
  }
}
