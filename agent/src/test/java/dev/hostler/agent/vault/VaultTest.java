package dev.hostler.agent.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.time.ManualTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaultTest {
  private static final Duration MONTH = Duration.ofDays(30);

  @TempDir Path folder;
  private final ManualTime time = new ManualTime();
  private final HostWrap wrap = new TestWrap();

  private Vault open(boolean encrypt) throws IOException {
    return Vault.open(folder.resolve("keys"), wrap, encrypt, MONTH, time);
  }

  private Path write(Vault vault, String what, byte[] content) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (OutputStream out = vault.files().write(file, what)) {
      out.write(content, 0, content.length / 2);
      for (int i = content.length / 2; i < content.length; i++) {
        out.write(content[i]);
      }
    }
    return Files.write(folder.resolve("file"), file.toByteArray());
  }

  private static byte[] read(Vault vault, Path file, String what) throws IOException {
    try (InputStream in = vault.files().read(file, what)) {
      int first = in.read();
      byte[] rest = in.readAllBytes();
      byte[] all = new byte[first < 0 ? 0 : rest.length + 1];
      if (first >= 0) {
        all[0] = (byte) first;
        System.arraycopy(rest, 0, all, 1, rest.length);
      }
      return all;
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void whatIsWrittenComesBackAtEveryLength() throws Exception {
    Vault vault = open(true);
    for (int length : new int[] {0, 1, 65_535, 65_536, 65_537, 200_000}) {
      byte[] content = random(length);
      Path file = write(vault, "a/state", content);
      assertThat(Files.size(file)).isGreaterThan(length + FileCipher.LINE);
      assertThat(read(vault, file, "a/state")).isEqualTo(content);
    }
  }

  @Test
  void withoutEncryptionFilesAreAsTheyAre() throws Exception {
    for (Vault vault : List.of(Vault.none(), open(false))) {
      Path file = write(vault, "a/state", random(100));
      assertThat(Files.readAllBytes(file)).isEqualTo(random(100));
      assertThat(read(vault, file, "a/state")).isEqualTo(random(100));
      assertThat(vault.feed().options()).isEmpty();
      assertThat(vault.feed().keys()).isEmpty();
    }
    assertThat(folder.resolve("keys")).doesNotExist();
  }

  @Test
  void whatWasChangedIsNotRead() throws Exception {
    Vault vault = open(true);
    byte[] whole = Files.readAllBytes(write(vault, "a/state", random(100_000)));
    for (int at : new int[] {50, 107, 108, 130, 70_000, whole.length - 1}) {
      byte[] changed = whole.clone();
      changed[at] ^= 1;
      Path file = Files.write(folder.resolve("changed"), changed);
      assertThatThrownBy(() -> read(vault, file, "a/state")).isInstanceOf(IOException.class);
    }
    for (int length : new int[] {110, 108 + 65_536 + 28, whole.length - 1}) {
      Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> read(vault, file, "a/state")).isInstanceOf(IOException.class);
    }
    Path file = Files.write(folder.resolve("file"), whole);
    assertThatThrownBy(() -> read(vault, file, "b/state"))
        .hasMessage("b/state: it is not what was encrypted: it was changed, or is damaged");
  }

  @Test
  void keysAreWrappedAndForRootOnly() throws Exception {
    Vault vault = open(true);
    byte[] fed = vault.feed().keys();
    assertThat(vault.feed().options()).containsExactly("--keys", "1", "--encrypt");
    assertThat(fed).hasSize(48).isEqualTo(open(true).feed().keys());
    assertThat(open(false).feed().options()).containsExactly("--keys", "1");
    try (var files = Files.list(folder.resolve("keys"))) {
      Path file = files.toList().getFirst();
      assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
          .doesNotContain(
              new String(fed, 16, 32, StandardCharsets.ISO_8859_1),
              java.util.Base64.getEncoder().encodeToString(Arrays.copyOfRange(fed, 16, 48)));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aNewKeyIsMadeAfterItsTimeAndTheOldOneStaysOfUse() throws Exception {
    Vault vault = open(true);
    Path old = write(vault, "a/state", random(9));
    String first = VaultFiles.keyOf(old).orElseThrow();
    time.advance(MONTH.plusSeconds(1));
    assertThat(vault.feed().options()).containsExactly("--keys", "2", "--encrypt");
    assertThat(read(vault, old, "a/state")).isEqualTo(random(9));
    String second = VaultFiles.keyOf(write(vault, "b/state", random(9))).orElseThrow();
    assertThat(second).isNotEqualTo(first);
    vault.forget(() -> Set.of(second));
    assertThat(vault.has(first)).as("somebody may be writing with it").isTrue();
    time.advance(Duration.ofDays(2));
    vault.forget(() -> Set.of(first));
    assertThat(vault.has(first)).as("needed").isTrue();
    vault.forget(Set::of);
    assertThat(vault.has(first)).isFalse();
    assertThat(vault.has(second)).as("the newest one").isTrue();
    assertThat(open(true).feed().options()).containsExactly("--keys", "1", "--encrypt");
  }

  @Test
  void aLostKeyIsTold() throws Exception {
    Path file = write(open(true), "a/state", random(9));
    String name = VaultFiles.keyOf(file).orElseThrow();
    Vault other = Vault.open(folder.resolve("keys"), new TestWrap(), true, MONTH, time);
    assertThat(other.has(name)).isFalse();
    assertThatThrownBy(() -> read(other, file, "a/state"))
        .hasMessage(
            "a/state: a/state is encrypted with key "
                + name
                + ", which this host does not have any more");
    assertThat(other.feed().options()).containsExactly("--keys", "1", "--encrypt");
    other.forget(() -> Set.of(name));
    assertThat(folder.resolve("keys").resolve(name)).exists();
    other.forget(Set::of);
    assertThat(folder.resolve("keys").resolve(name)).doesNotExist();
  }

  @Test
  void damagedKeysAndHalfWrittenOnesAreInNobodysWay() throws Exception {
    Vault vault = open(true);
    byte[] fed = vault.feed().keys();
    Files.writeString(folder.resolve("keys/" + "0".repeat(32)), "nonsense");
    Files.writeString(folder.resolve("keys/half.new"), "2026");
    assertThat(open(true).feed().keys()).isEqualTo(fed);
    assertThat(folder.resolve("keys/half.new")).doesNotExist();
  }
}
