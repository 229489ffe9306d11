package dev.hostler.agent.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerPlacesTest {
  private static final Path OWN = Path.of("/var/lib/hostler/agent/snapshots");

  @TempDir Path top;

  private Path directory(String name) throws Exception {
    return Files.createDirectories(top.resolve(name));
  }

  @Test
  void layersLieOverDirectoriesAndOverThoseOfFiles() throws Exception {
    Path inner = directory("a/inner");
    Path file = Files.createFile(directory("b").resolve("file"));
    Path other = Files.createFile(top.resolve("b/other"));
    assertThat(LayerPlaces.of(List.of(other, inner, top.resolve("a"), file), List.of(), OWN))
        .containsExactly(top.resolve("a"), top.resolve("b"));
  }

  @Test
  void aFileSystemOfItsOwnGetsLayersOfItsOwn() throws Exception {
    Path file = Files.createFile(directory("a").resolve("file"));
    Path mounted = directory("a/mounted");
    assertThat(LayerPlaces.of(List.of(file, mounted), List.of(mounted, top), OWN))
        .containsExactly(top.resolve("a"), mounted);
  }

  @Test
  void whatCouldNotBeSeenIsRefused() throws Exception {
    Path directory = directory("a");
    Path mounted = directory("a/mounted");
    assertThatThrownBy(() -> LayerPlaces.of(List.of(directory), List.of(mounted), OWN))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(mounted + " is mounted below it")
        .extracting(e -> ((RefusedException) e).refusal())
        .isEqualTo(Refusal.PREVIEW_IMPOSSIBLE);
    Path file = Files.createFile(top.resolve("file"));
    assertThatThrownBy(() -> LayerPlaces.of(List.of(file), List.of(file), OWN))
        .hasMessageContaining("it is a mount of its own");
    assertThatThrownBy(() -> LayerPlaces.of(List.of(Path.of("/no-such-file")), List.of(), OWN))
        .hasMessageContaining("over the root directory");
    assertThatThrownBy(() -> LayerPlaces.of(List.of(file), List.of(), top.resolve("state")))
        .hasMessageContaining("the agent's own state is below " + top);
    List<Path> many = IntStream.range(0, 33).mapToObj(i -> top.resolve("x" + i + "/f")).toList();
    assertThatThrownBy(() -> LayerPlaces.of(many, List.of(), OWN))
        .hasMessageContaining("33 places");
  }

  @Test
  void theMountsOfThisHostAreKnown() throws Exception {
    assertThat(LayerPlaces.mounts()).contains(Path.of("/proc"));
  }
}
