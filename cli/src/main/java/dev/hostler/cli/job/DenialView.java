package dev.hostler.cli.job;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.Denial;
import dev.hostler.proto.v1.Task;
import dev.hostler.proto.v1.TaskDenials;
import java.util.List;

/** How denied system calls look. */
final class DenialView {
  private DenialView() {}

  /** One kind in a line, for example {@code mount(/mnt, flags=0x2)}. */
  static String text(Denial denial) {
    return Table.printable(denial.getCall() + "(" + denial.getDetail() + ")");
  }

  static Json.Fields json(Denial denial) {
    return Json.object()
        .put("slot", denial.getSlot())
        .put("call", denial.getCall())
        .put("detail", denial.getDetail())
        .put("count", denial.getCount())
        .put("first_at", Format.utc(denial.hasFirstAt(), denial.getFirstAt()))
        .put("last_at", Format.utc(denial.hasLastAt(), denial.getLastAt()))
        .put("thread", denial.getThread())
        .put("routine", denial.getRoutine());
  }

  static List<Json.Fields> json(List<Denial> denials) {
    return denials.stream().map(DenialView::json).toList();
  }

  static Json.Fields json(TaskDenials denials) {
    return Json.object()
        .put("type", "denied")
        .put("task_id", denials.getTaskId())
        .put("host_id", denials.getHostId())
        .put("host_name", denials.getHostName())
        .put("attempt", denials.getAttempt())
        .put("denials", json(denials.getDenialsList()));
  }

  /** What was denied in these tasks; empty if nothing was. */
  static Table table(List<Task> tasks) {
    Table table = new Table("HOST", "DENIED", "COUNT", "LAST", "");
    for (Task task : tasks) {
      for (Denial denial : task.getDenialsList()) {
        table
            .row()
            .cell(task.getHostName())
            .cell(text(denial))
            .cell(Long.toString(denial.getCount()))
            .cell(denial.hasLastAt() ? Format.local(denial.getLastAt()) : "")
            .cell(denial.getRoutine() ? "routine" : "");
      }
    }
    return table;
  }
}
