package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathRulesTest {
  @TempDir Path temporary;
  private Path root;
  private Path state;
  private PathRules rules;

  @BeforeEach
  void open() throws Exception {
    root = temporary.toRealPath();
    state = Files.createDirectories(root.resolve("lib/agent"));
    rules = new PathRules(state);
  }

  private static FileView view(List<Path> writable, List<Path> readable, List<Path> hidden) {
    return new FileView(
        writable.stream().map(WritablePath::of).toList(), readable, hidden, Optional.empty(), 4096);
  }

  private void refused(FileView view, String reason) {
    assertThatThrownBy(() -> rules.check(view))
        .isInstanceOf(SandboxUnsupportedException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/etc",
        "/usr",
        "/bin",
        "/var",
        "/boot",
        "/proc",
        "/proc/sys",
        "/sys/fs",
        "/dev/null",
        "/run",
        "/run/lock"
      })
  void theSystemItselfIsNeverWritable(String path) {
    refused(view(List.of(Path.of(path)), List.of(), List.of()), "writable path " + path);
  }

  @Test
  void whatIsBelowIsAGrant() throws Exception {
    FileView view =
        view(
            List.of(Path.of("/etc/ssl"), Path.of("/etc/hostname")),
            List.of(Path.of("/etc")),
            List.of());

    assertThat(rules.check(view).writable()).hasSize(2);
  }

  @Test
  void theAgentsStateIsNobodyElses() {
    refused(view(List.of(state), List.of(), List.of()), "agent's own state");
    refused(view(List.of(), List.of(state.resolve("x")), List.of()), "agent's own state");
    refused(
        view(List.of(root.resolve("lib")), List.of(), List.of()), "contains the agent's own state");
  }

  @Test
  void pathsAreNormalAndThere() throws Exception {
    refused(view(List.of(Path.of("relative")), List.of(), List.of()), "must be absolute");
    refused(view(List.of(root.resolve("a/../b")), List.of(), List.of()), "'..'");
    refused(view(List.of(root.resolve("missing")), List.of(), List.of()), "does not exist");
    Path twice = Files.createDirectory(root.resolve("twice"));
    refused(view(List.of(twice), List.of(twice), List.of()), "declared twice");
  }

  @Test
  void symbolicLinksAreRefusedWithTheirTarget() throws Exception {
    Path target = Files.createDirectories(root.resolve("target/below"));
    Path link = Files.createSymbolicLink(root.resolve("link"), root.resolve("target"));

    refused(view(List.of(link), List.of(), List.of()), "declare " + root.resolve("target"));
    refused(view(List.of(link.resolve("below")), List.of(), List.of()), "declare " + target);
  }

  @Test
  void socketsAreRefused() throws Exception {
    Path socket = root.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));

      refused(view(List.of(socket), List.of(), List.of()), "neither a directory nor a file");
    }
  }

  @Test
  void hiddenPathsAreRealAndOnceAndGiveWayToGrants() throws Exception {
    Path home = Files.createDirectory(root.resolve("home"));
    Path link = Files.createSymbolicLink(root.resolve("h"), home);
    Path granted = Files.createDirectory(root.resolve("granted"));

    FileView checked =
        rules.check(
            view(
                List.of(granted),
                List.of(),
                List.of(home, link, granted, Path.of("/"), root.resolve("none"))));

    assertThat(checked.hidden()).containsExactly(home, root.resolve("none"));
  }

  @Test
  void thePayloadIsADirectory() throws Exception {
    Path file = Files.createFile(root.resolve("file"));
    FileView view = new FileView(List.of(), List.of(), List.of(), Optional.of(file), 4096);

    refused(view, "payload");
    assertThatThrownBy(() -> new FileView(List.of(), List.of(), List.of(), Optional.empty(), 4095))
        .hasMessageContaining("4096");
  }
}
