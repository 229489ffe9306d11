package dev.hostler.agent.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.snapshot.PreviewText;
import dev.hostler.agent.vault.Vault;
import dev.hostler.agent.vault.VaultFiles;
import dev.hostler.trust.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** From manifests that hostler-snapshot has written. */
class ChangeListTest {
  private static final Path PROGRAM = Path.of("target/launcher/hostler-snapshot").toAbsolutePath();

  private Path folder;
  private Path tree;
  private Path store;

  @BeforeEach
  void make() throws Exception {
    // Everybody can pass: what is public is decided by all directories above, too.
    folder = Files.createTempDirectory(Path.of("/srv"), "hostler-changes-");
    mode(folder, "rwxr-xr-x");
    tree = Files.createDirectory(folder.resolve("t"));
    store = Files.createDirectory(folder.resolve("store"));
    mode(tree, "rwxr-xr-x");
  }

  @AfterEach
  void remove() throws IOException {
    try (var all = Files.walk(folder)) {
      all.sorted(java.util.Comparator.reverseOrder()).forEach(one -> one.toFile().delete());
    }
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private Path write(String name, String text) throws IOException {
    Path file = tree.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    mode(file, "rw-r--r--");
    return file;
  }

  private void capture(String id) throws Exception {
    Process process =
        new ProcessBuilder(PROGRAM.toString(), "capture", store.toString(), id)
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().write((tree + "\0").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private String bytes(PreviewText shown, boolean secrets) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    VaultFiles files = Vault.none().files();
    new ChangeList(
            out,
            (pack, encrypted, offset, length) ->
                files.read(store.resolve("packs/" + pack), pack, encrypted, offset, length),
            shown,
            secrets)
        .changes(
            Files.newInputStream(store.resolve("a/manifest")),
            Files.newInputStream(store.resolve("b/manifest")));
    return out.toString(StandardCharsets.UTF_8);
  }

  /** By the path below the tree. */
  private Map<String, JsonNode> changes(PreviewText shown) throws Exception {
    Map<String, JsonNode> all = new TreeMap<>();
    for (String line : bytes(shown, false).lines().toList()) {
      JsonNode node = Json.parse(line.getBytes(StandardCharsets.UTF_8));
      all.put(node.get("path").asString().substring(tree.toString().length()), node);
    }
    return all;
  }

  private static List<String> what(JsonNode node) {
    List<String> words = new ArrayList<>();
    node.get("what").forEach(one -> words.add(one.asString()));
    return words;
  }

  @Test
  void everyKindOfChangeHasItsWord() throws Exception {
    write("text", "one\ntwo\n");
    write("gone/x", "was\n");
    write("mode", "same\n");
    write("touched", "same\n");
    write("kind", "file\n");
    write("twin", "two names\n");
    Files.createSymbolicLink(tree.resolve("link"), Path.of("old"));
    write("same", "same\n");
    capture("a");
    write("text", "one\n2\n");
    Files.delete(tree.resolve("gone/x"));
    Files.delete(tree.resolve("gone"));
    mode(tree.resolve("mode"), "rw-------");
    Files.setAttribute(tree.resolve("mode"), "unix:uid", 7);
    Files.setLastModifiedTime(tree.resolve("touched"), FileTime.from(Instant.EPOCH));
    Files.delete(tree.resolve("kind"));
    Files.createDirectory(tree.resolve("kind"));
    Files.createLink(tree.resolve("second"), tree.resolve("twin"));
    Files.delete(tree.resolve("link"));
    Files.createSymbolicLink(tree.resolve("link"), Path.of("new"));
    write("new/deep", "fresh\n");
    capture("b");
    Map<String, JsonNode> all = changes(PreviewText.PUBLIC);
    assertThat(all.keySet())
        .containsExactly(
            "/gone",
            "/gone/x",
            "/kind",
            "/link",
            "/mode",
            "/new",
            "/new/deep",
            "/second",
            "/text",
            "/touched",
            "/twin");
    assertThat(what(all.get("/text"))).containsExactly("content");
    assertThat(all.get("/text").get("text").asString())
        .isEqualTo("@@ -1,2 +1,2 @@\n one\n-two\n+2\n");
    assertThat(all.get("/text").get("insertions").asInt()).isEqualTo(1);
    assertThat(what(all.get("/mode"))).containsExactly("mode", "owner");
    assertThat(all.get("/mode").get("before").get("mode").asString()).isEqualTo("0644");
    assertThat(all.get("/mode").get("after").get("owner").asString()).startsWith("7:");
    assertThat(what(all.get("/touched"))).containsExactly("mtime");
    assertThat(what(all.get("/kind"))).contains("type");
    assertThat(what(all.get("/link"))).containsExactly("target");
    assertThat(all.get("/gone/x").get("change").asString()).isEqualTo("deleted");
    assertThat(all.get("/new/deep").get("change").asString()).isEqualTo("created");
    assertThat(all.get("/new/deep").get("text").asString()).contains("+fresh");
    assertThat(what(all.get("/twin"))).containsExactly("links");
    assertThat(bytes(PreviewText.PUBLIC, false)).doesNotContain("mtime\":", "ino");
  }

  @Test
  void whatNotEverybodyMayReadIsNotShown() throws Exception {
    write("private", "secret 1\n");
    mode(tree.resolve("private"), "rw-------");
    write("closed/file", "secret 2\n");
    mode(tree.resolve("closed"), "rwx------");
    capture("a");
    write("private", "secret 3\n"); // readable now: what it was still is not
    write("closed/file", "secret 4\n");
    capture("b");
    String shown = bytes(PreviewText.PUBLIC, false);
    assertThat(shown).doesNotContain("secret").contains("snapshots.preview_text");
    assertThat(bytes(PreviewText.ALL, false)).contains("secret 1", "secret 4");
    assertThat(bytes(PreviewText.NONE, false)).doesNotContain("secret 4").contains("shows none");
    assertThat(bytes(PreviewText.ALL, true))
        .doesNotContain("secret 4")
        .contains("secret parameters");
    mode(folder, "rwx------");
    write("open", "x\n");
    capture("c");
    assertThat(bytes(PreviewText.PUBLIC, false)).as("above the tree").doesNotContain("secret");
  }

  @Test
  void whatIsNoTextIsNotShownAsText() throws Exception {
    capture("a");
    write("binary", "a\0b");
    Files.write(tree.resolve("latin"), new byte[] {'a', (byte) 0xe9, '\n'});
    write("large", "x\n".repeat(FileText.MAX));
    write("many/0", "");
    for (int i = 1; i < 6; i++) {
      write("many/" + i, ("line " + i + "\n").repeat(30_000));
    }
    try (var hole = new java.io.RandomAccessFile(tree.resolve("hole").toFile(), "rw")) {
      hole.setLength(10_000);
    }
    capture("b");
    mode(tree.resolve("latin"), "rw-r--r--");
    Map<String, JsonNode> all = changes(PreviewText.ALL);
    assertThat(all.get("/binary").get("no_text").asString()).isEqualTo("binary");
    assertThat(all.get("/latin").get("no_text").asString()).isEqualTo("binary");
    assertThat(all.get("/hole").get("no_text").asString()).isEqualTo("binary");
    assertThat(all.get("/large").get("no_text").asString()).isEqualTo("large");
    assertThat(all.get("/many/0").get("text").asString()).isEmpty();
    assertThat(all.get("/many/1").has("text")).isTrue();
    assertThat(all.get("/many/5").get("no_text").asString()).isEqualTo("too much text in all");
  }

  @Test
  void oddNamesAndAbsencesAndDamage() throws Exception {
    Path gone = tree;
    Files.delete(tree);
    capture("a");
    Files.createDirectory(gone);
    write("a b\u202e\n%", "x");
    capture("b");
    Map<String, JsonNode> all = changes(PreviewText.ALL);
    assertThat(all.keySet()).containsExactly("", "/a%20b%E2%80%AE%0A%25");
    assertThat(all.values())
        .allSatisfy(node -> assertThat(node.get("change").asString()).isEqualTo("created"));
    Path manifest = store.resolve("b/manifest");
    Files.writeString(manifest, Files.readString(manifest).replace(" 0 ", " x "));
    assertThatThrownBy(() -> changes(PreviewText.ALL))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged");
  }

  @Test
  void manyAreCountedAndHashed() throws Exception {
    capture("a");
    for (int i = 0; i < ChangeList.MOST + 5; i++) {
      Files.createFile(tree.resolve("f" + i));
    }
    capture("b");
    List<String> lines = bytes(PreviewText.ALL, false).lines().toList();
    assertThat(lines).hasSize(ChangeList.MOST + 1);
    assertThat(lines.getLast()).contains("\"type\":\"more\"", "\"changes\":5", "sha256");
  }
}
