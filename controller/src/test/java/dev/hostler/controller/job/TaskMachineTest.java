package dev.hostler.controller.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.controller.job.AttemptResult.ResourceUse;
import dev.hostler.controller.job.AttemptResult.StreamTotals;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TaskMachineTest {
  private static final List<TaskEvent> EVENTS =
      List.of(
          new TaskEvent.Claim(),
          new TaskEvent.Unsent(),
          new TaskEvent.NotHeld(),
          new TaskEvent.Started(),
          new TaskEvent.Ended(result(Outcome.EXITED, 0, Refusal.NONE)),
          new TaskEvent.Cancel(),
          new TaskEvent.Expire(),
          new TaskEvent.HostGone("gone"));

  private static AttemptResult result(Outcome outcome, int exitCode, Refusal refusal) {
    return new AttemptResult(
        outcome,
        exitCode,
        0,
        "",
        refusal,
        null,
        null,
        StreamTotals.NONE,
        StreamTotals.NONE,
        "",
        ResourceUse.UNKNOWN);
  }

  @ParameterizedTest
  @EnumSource(TaskState.class)
  void aTerminalStateHasNoNext(TaskState state) {
    for (TaskEvent event : EVENTS) {
      if (state.isTerminal()) {
        assertThat(TaskMachine.next(state, event)).as("%s", event).isEmpty();
      }
    }
  }

  @Test
  void everyTransitionIsAsWritten() {
    Map<TaskState, String> table = new EnumMap<>(TaskState.class);
    for (TaskState state : List.of(TaskState.QUEUED, TaskState.ASSIGNED, TaskState.RUNNING)) {
      StringBuilder row = new StringBuilder();
      for (TaskEvent event : EVENTS) {
        row.append(event.getClass().getSimpleName())
            .append('=')
            .append(TaskMachine.next(state, event).map(n -> n.state().name()).orElse("-"))
            .append(' ');
      }
      table.put(state, row.toString().strip());
    }
    assertThat(table.get(TaskState.QUEUED))
        .isEqualTo(
            "Claim=ASSIGNED Unsent=- NotHeld=- Started=- Ended=- Cancel=CANCELLED Expire=EXPIRED"
                + " HostGone=LOST");
    assertThat(table.get(TaskState.ASSIGNED))
        .isEqualTo(
            "Claim=- Unsent=QUEUED NotHeld=QUEUED Started=RUNNING Ended=SUCCEEDED Cancel=-"
                + " Expire=- HostGone=LOST");
    assertThat(table.get(TaskState.RUNNING))
        .isEqualTo(
            "Claim=- Unsent=- NotHeld=LOST Started=- Ended=SUCCEEDED Cancel=- Expire=-"
                + " HostGone=LOST");
  }

  @ParameterizedTest
  @CsvSource({
    "EXITED, 0, NONE, SUCCEEDED",
    "EXITED, 1, NONE, FAILED",
    "EXITED, 127, NONE, FAILED",
    "SIGNALED, 0, NONE, FAILED",
    "OUT_OF_MEMORY, 0, NONE, FAILED",
    "SANDBOX_FAILED, 0, NONE, FAILED",
    "TIMED_OUT, 0, NONE, TIMED_OUT",
    "CANCELLED, 0, NONE, CANCELLED",
    "REFUSED, 0, POLICY, REFUSED",
    "REFUSED, 0, EXPIRED, EXPIRED",
  })
  void aResultMeansOneState(Outcome outcome, int code, Refusal refusal, TaskState state) {
    assertThat(TaskMachine.of(result(outcome, code, refusal))).isEqualTo(state);
  }

  @ParameterizedTest
  @EnumSource(TaskState.class)
  void statesHaveTheNumbersOfTheContract(TaskState state) {
    assertThat(dev.hostler.proto.v1.TaskState.forNumber(state.code()).name())
        .isEqualTo("TASK_STATE_" + state.name());
    assertThat(TaskState.of(state.code())).isSameAs(state);
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void outcomesHaveTheNumbersOfTheContract(Outcome outcome) {
    assertThat(dev.hostler.proto.v1.Outcome.forNumber(outcome.code()).name())
        .isEqualTo("OUTCOME_" + outcome.name());
  }

  @ParameterizedTest
  @EnumSource(Refusal.class)
  void refusalsHaveTheNumbersOfTheContract(Refusal refusal) {
    assertThat(dev.hostler.proto.v1.RefusalReason.forNumber(refusal.code()).name())
        .isEqualTo("REFUSAL_REASON_" + (refusal == Refusal.NONE ? "UNSPECIFIED" : refusal.name()));
  }
}
