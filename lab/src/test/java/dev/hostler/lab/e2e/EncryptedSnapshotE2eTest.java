package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A host that keeps its snapshots encrypted, until its key is lost. */
class EncryptedSnapshotE2eTest {
  private static final String NAME = "encrypts";
  private static final String CANARY = "canary-of-the-content";

  private final Stack stack = Fleet.get().stack;
  private Path tree;

  private CliResult good(String... arguments) {
    CliResult result = stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isZero();
    return result;
  }

  private static void removeAll(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @AfterEach
  void remove() throws IOException {
    removeAll(tree);
    stack.cli("host", "remove", NAME, "--yes");
  }

  private static List<Path> withCanary(Path store) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(store)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(CANARY)) {
          found.add(file);
        }
      }
    }
    return found;
  }

  @Test
  void whatIsKeptCannotBeReadAndComesBackUntilTheKeyIsLost() throws Exception {
    tree = Files.createTempDirectory(Path.of("/srv"), "hostler-e2e-");
    Files.writeString(tree.resolve("secret"), CANARY);
    Files.createSymbolicLink(tree.resolve("link"), Path.of(CANARY));
    AgentHost host = stack.addAgent(NAME, "\n[snapshots]\nencrypt = true\n");
    Path state = host.folder().resolve("state");
    String job =
        good("run", "--host", NAME, "--snapshot", tree.toString(), "--detach", "--", "true")
            .text()
            .strip();
    good("job", "watch", job);
    assertThat(good("snapshot", "list", "--host", NAME).text())
        .contains(job, tree.toString(), "  encrypted");
    assertThat(withCanary(state.resolve("snapshots"))).isEmpty();

    removeAll(tree.resolve("secret"));
    Files.writeString(tree.resolve("secret"), "broken");
    assertThat(
            good("snapshot", "restore", job, "--host", NAME, "--reason", "broken", "--force")
                .text())
        .contains("restored, identical");
    assertThat(tree.resolve("secret")).hasContent(CANARY);

    host.daemon().kill();
    removeAll(state.resolve("identity/sealing"));
    host.start();
    stack.awaitConnected(NAME);
    assertThat(good("snapshot", "list", "--host", NAME).text())
        .contains("  encrypted, its key is lost");
    CliResult lost = stack.cli("snapshot", "diff", job, "--host", NAME);
    assertThat(lost.exitCode()).as(lost::toString).isEqualTo(1);
    assertThat(lost.stderr())
        .as(lost::toString)
        .contains("is encrypted with key ", "which this host does not have");
  }
}
