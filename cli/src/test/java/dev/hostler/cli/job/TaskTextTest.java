package dev.hostler.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.LimitHit;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.Task;
import dev.hostler.proto.v1.TaskState;
import org.junit.jupiter.api.Test;

class TaskTextTest {
  private static Task ended(TaskState state, LimitHit... hits) {
    AttemptResult.Builder result =
        AttemptResult.newBuilder().setOutcome(Outcome.OUTCOME_EXITED).setExitCode(0);
    for (LimitHit hit : hits) {
      result.addLimitsHit(hit);
    }
    return Task.newBuilder().setState(state).setResult(result).build();
  }

  @Test
  void whatSucceededSaysWhichLimitsItReached() {
    LimitHit pids = LimitHit.newBuilder().setLimit("pids").setValue(10).setCount(3).build();
    LimitHit cpu = LimitHit.newBuilder().setLimit("cpu").setValue(200).setShare(0.91).build();

    assertThat(TaskText.reason(ended(TaskState.TASK_STATE_SUCCEEDED, pids, cpu)))
        .isEqualTo("[reached: pids 10, cpu 0.2, held back 91 % of the time]");
    assertThat(TaskText.reason(ended(TaskState.TASK_STATE_SUCCEEDED))).isEmpty();
  }

  @Test
  void whatRunsSaysNothingYet() {
    LimitHit pids = LimitHit.newBuilder().setLimit("pids").setValue(10).build();

    assertThat(TaskText.reason(ended(TaskState.TASK_STATE_RUNNING, pids))).isEmpty();
  }
}
