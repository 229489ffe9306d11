package dev.hostler.controller.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.hostler.controller.db.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputStoreTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private final OutputStore store = new OutputStore();
  private final StreamId stdout = new StreamId(UUID.randomUUID(), 1, Stream.STDOUT);
  private final byte[] bytes = new byte[10_000];

  OutputStoreTest() {
    new Random(7).nextBytes(bytes);
  }

  private Chunk chunk(StreamId id, int from, int to) {
    byte[] data = Arrays.copyOfRange(bytes, from, to);
    return new Chunk(id, from, data.length, Codec.IDENTITY, data);
  }

  private Chunk zstd(StreamId id, int from, int to) {
    byte[] data = Arrays.copyOfRange(bytes, from, to);
    return new Chunk(id, from, data.length, Codec.ZSTD, Zstd.compress(data));
  }

  private long append(Chunk... chunks) {
    Map<StreamId, Long> ends = DB.database().transact(tx -> store.append(tx, List.of(chunks)));
    return ends.get(chunks[0].id());
  }

  private byte[] readFrom(StreamId id, long offset, int budget) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    long at = offset;
    while (true) {
      long from = at;
      List<Piece> pieces =
          DB.database().transact(tx -> store.read(tx, List.of(new Position(id, from)), budget));
      if (pieces.isEmpty()) {
        return all.toByteArray();
      }
      for (Piece piece : pieces) {
        assertThat(piece.offset()).as("no gap, no overlap").isEqualTo(at);
        all.writeBytes(piece.data());
        at = piece.end();
      }
    }
  }

  @Test
  void storesADuplicateOnce() {
    assertThat(append(chunk(stdout, 0, 100))).isEqualTo(100);
    assertThat(append(chunk(stdout, 0, 100))).isEqualTo(100);
    assertThat(append(chunk(stdout, 100, 200), chunk(stdout, 100, 200))).isEqualTo(200);
    assertThat(readFrom(stdout, 0, 1)).isEqualTo(Arrays.copyOf(bytes, 200));
  }

  @Test
  void cutsWhatOverlaps() {
    append(chunk(stdout, 0, 100));
    assertThat(append(chunk(stdout, 50, 150))).isEqualTo(150);
    assertThat(append(zstd(stdout, 0, 5000))).isEqualTo(5000);
    assertThat(append(chunk(stdout, 10, 20))).isEqualTo(5000);
    assertThat(readFrom(stdout, 0, 1000)).isEqualTo(Arrays.copyOf(bytes, 5000));
  }

  @Test
  void refusesAGapAndTellsWhereToGoOn() {
    assertThat(append(chunk(stdout, 1, 100))).isZero();
    append(chunk(stdout, 0, 100));
    assertThat(append(chunk(stdout, 101, 200), chunk(stdout, 100, 110))).isEqualTo(110);
    assertThat(readFrom(stdout, 0, 1000)).isEqualTo(Arrays.copyOf(bytes, 110));
  }

  @Test
  void keepsStreamsAndAttemptsApart() {
    StreamId stderr = new StreamId(stdout.taskId(), 1, Stream.STDERR);
    StreamId second = new StreamId(stdout.taskId(), 2, Stream.STDOUT);
    append(chunk(stdout, 0, 10), chunk(stderr, 0, 20), chunk(second, 0, 30));
    Map<StreamId, Long> ends =
        DB.database()
            .transact(tx ->
                store.ends(
                    tx,
                    List.of(
                        stdout,
                        stderr,
                        second,
                        new StreamId(UUID.randomUUID(), 1, Stream.STDOUT))));
    assertThat(ends).containsEntry(stdout, 10L).containsEntry(stderr, 20L);
    assertThat(ends).containsEntry(second, 30L).containsValue(0L).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 37, 1000, 1_000_000})
  void readsOnFromAnyOffset(int budget) {
    for (int at = 0; at < 3000; at += 300) {
      append(at % 600 == 0 ? chunk(stdout, at, at + 300) : zstd(stdout, at, at + 300));
    }
    for (int offset : new int[] {0, 1, 299, 300, 301, 450, 2999, 3000, 4000}) {
      assertThat(readFrom(stdout, offset, budget))
          .as("from %d", offset)
          .isEqualTo(Arrays.copyOfRange(bytes, Math.min(offset, 3000), 3000));
    }
  }

  @Test
  void holdsToItsBudget() {
    for (int at = 0; at < 10_000; at += 1000) {
      append(chunk(stdout, at, at + 1000));
    }
    List<Piece> pieces =
        DB.database().transact(tx -> store.read(tx, List.of(new Position(stdout, 0)), 2500));
    assertThat(pieces).hasSize(3);
  }

  @Test
  void readsManyStreamsInTheOrderAsked() {
    List<Position> positions = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      StreamId id = new StreamId(UUID.randomUUID(), 1, Stream.STDOUT);
      append(chunk(id, 0, 10), chunk(id, 10, 20));
      positions.add(new Position(id, 5));
    }
    List<Piece> pieces = DB.database().transact(tx -> store.read(tx, positions, 1 << 20));
    assertThat(pieces).hasSize(100);
    for (int i = 0; i < 100; i++) {
      assertThat(pieces.get(i).id()).isEqualTo(positions.get(i / 2).id());
      assertThat(pieces.get(i).offset()).isEqualTo(i % 2 == 0 ? 5 : 10);
    }
  }

  @Test
  void manyWritersOfTheSameStreamStoreEachByteOnce() throws Exception {
    List<Callable<Boolean>> writers = new ArrayList<>();
    for (int w = 0; w < 6; w++) {
      int size = 100 + 37 * w;
      writers.add(() -> {
        for (int at = 0; at < bytes.length; ) {
          try {
            at = (int) append(chunk(stdout, at, Math.min(bytes.length, at + size)));
          } catch (OutputCollisionException _) {
            // begin again
          }
        }
        return true;
      });
    }
    try (var threads = Executors.newFixedThreadPool(6)) {
      for (Future<Boolean> done : threads.invokeAll(writers)) {
        assertThat(done.get()).isTrue();
      }
    }
    assertThat(readFrom(stdout, 0, 4096)).isEqualTo(bytes);
  }

  @Test
  void refusesChunksThatAreNotWhatTheySay() {
    byte[] data = {1, 2, 3};
    assertThatThrownBy(() -> new Chunk(stdout, 0, 4, Codec.IDENTITY, data))
        .hasMessageContaining("length 4");
    assertThatThrownBy(() -> new Chunk(stdout, -1, 3, Codec.IDENTITY, data))
        .hasMessageContaining("offset -1");
    assertThatThrownBy(() -> new Chunk(stdout, 0, 0, Codec.IDENTITY, new byte[0]))
        .hasMessageContaining("length 0");
    assertThatThrownBy(() -> new Chunk(stdout, 0, 3, Codec.ZSTD, data))
        .hasMessageContaining("Zstandard");
    assertThatThrownBy(
            () -> new Chunk(stdout, 0, (1 << 20) + 1, Codec.IDENTITY, new byte[(1 << 20) + 1]))
        .hasMessageContaining("1048576");
    assertThatThrownBy(() -> Codec.of(3)).hasMessageContaining("3");
    assertThatThrownBy(() -> Stream.of(0)).hasMessageContaining("0");
  }

  @Test
  void saysSoWhenAHostSentWhatDoesNotDecode() {
    byte[] good =
        Zstd.compress("all work and no play ".repeat(50).substring(0, 1000).getBytes(UTF_8));
    byte[] bad = good.clone();
    Arrays.fill(bad, 12, bad.length, (byte) 0x55);
    append(new Chunk(stdout, 0, 1000, Codec.ZSTD, bad));
    assertThatThrownBy(() -> readFrom(stdout, 0, 1000))
        .isInstanceOf(CorruptOutputException.class)
        .hasMessageContaining("chunk at 0");
  }
}
