package dev.hostler.controller.output;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChunkTest {
  /** Found by fuzzing: the decoder cannot be asked about no bytes at all. */
  @ParameterizedTest
  @EnumSource
  void noBytesAreNoChunk(Codec codec) {
    StreamId id = new StreamId(new UUID(1, 2), 1, Stream.STDOUT);
    assertThatThrownBy(() -> new Chunk(id, 0, 5, codec, new byte[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("length 5 is not the decoded size of data");
  }
}
