package dev.hostler.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.SnapshotResult;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was done about snapshots has one name and one number on both sides. */
class SnapshotToWireTest {
  @ParameterizedTest
  @EnumSource
  void everyDeedHasItsName(SnapshotDeed deed) {
    var message =
        SnapshotToWire.result(
            new SnapshotResult("a.1", deed, true, 1, 2, 3, List.of("failed /x"), 4));

    assertThat(message.getDeed().name()).isEqualTo("SNAPSHOT_DEED_" + deed.name());
    assertThat(SnapshotDeed.of(message.getDeedValue())).isEqualTo(deed);
    assertThat(message)
        .isEqualTo(
            dev.hostler.proto.v1.SnapshotResult.newBuilder()
                .setId("a.1")
                .setDeedValue(deed.code())
                .setIdentical(true)
                .setChanges(1)
                .setDifferences(2)
                .setConflicts(3)
                .addLines("failed /x")
                .setStoredBytes(4)
                .build());
  }
}
